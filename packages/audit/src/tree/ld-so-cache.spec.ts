import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { describeIf, oracle } from '@wheelwright/testing';
import { readLdSoCache } from './ld-so-cache.js';

interface Entry {
  readonly name: string;
  readonly path: string;
  readonly hwcap?: bigint;
}

/** A cache as ldconfig lays it out: header, entries, strings. */
function cacheOf(entries: readonly Entry[], prefix = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(48 + entries.length * 24);
  head.write('glibc-ld.so.cache1.1');
  head.writeUInt32LE(entries.length, 20);
  head.writeUInt8(2, 28);
  const strings: Buffer[] = [];
  let end = head.length;
  const put = (text: string): number => {
    const bytes = Buffer.from(`${text}\0`);
    strings.push(bytes);
    end += bytes.length;
    return end - bytes.length;
  };
  entries.forEach(({ name, path, hwcap = 0n }, index) => {
    head.writeUInt32LE(put(name), 48 + index * 24 + 4);
    head.writeUInt32LE(put(path), 48 + index * 24 + 8);
    head.writeBigUInt64LE(hwcap, 48 + index * 24 + 16);
  });
  return Buffer.concat([prefix, head, ...strings]);
}

const entries: readonly Entry[] = [
  { name: 'libz.so.1', path: '/opt/hwcaps/libz.so.1', hwcap: 1n << 62n },
  { name: 'libz.so.1', path: '/lib64/libz.so.1' },
  { name: 'libz.so.1', path: '/lib/libz.so.1' },
  { name: 'libm.so.6', path: '/lib64/libm.so.6' },
];
const paths = {
  'libz.so.1': ['/lib64/libz.so.1', '/lib/libz.so.1'],
  'libm.so.6': ['/lib64/libm.so.6'],
};

describe('readLdSoCache', () => {
  it('gives the paths of each name, in their order, without those for some processors only', () => {
    expect(Object.fromEntries(readLdSoCache(cacheOf(entries)))).toEqual(paths);
  });

  it('finds the format of today behind that of before', () => {
    const old = Buffer.alloc(16 + 3 * 12 + 4);
    old.write('ld.so-1.7.0\0');
    old.writeUInt32LE(3, 12);
    expect(Object.fromEntries(readLdSoCache(cacheOf(entries, old)))).toEqual(paths);
  });

  it('passes over what is cut off, whatever the byte', () => {
    const bytes = cacheOf(entries);
    for (let length = 0; length < bytes.length; length += 1) {
      const found = [...readLdSoCache(bytes.subarray(0, length)).values()].flat();
      expect(entries.map(({ path }) => path)).toEqual(expect.arrayContaining(found));
    }
    bytes.writeUInt32LE(0xffffffff, 20);
    expect(readLdSoCache(bytes).size).toBe(0);
  });
});

const ldconfig = ['/sbin/ldconfig', '/usr/sbin/ldconfig'].find((path) => existsSync(path));

describeIf(
  [
    { met: ldconfig !== undefined, reason: 'there is no ldconfig' },
    { met: existsSync('/etc/ld.so.cache'), reason: 'there is no /etc/ld.so.cache' },
  ],
  "this machine's cache",
  () => {
    it('says what ldconfig -p prints', async () => {
      const { stdout } = await oracle(ldconfig ?? '', ['-p']);
      const printed = stdout
        .split('\n')
        .map((line) => /^\t(\S+) \((.*)\) => (.+)$/.exec(line))
        .filter((match) => match !== null && !(match[2] ?? '').includes('hwcap'))
        .map((match) => `${match?.[1] ?? ''} ${match?.[3] ?? ''}`);
      const ours = [...readLdSoCache(readFileSync('/etc/ld.so.cache'))].flatMap(([name, found]) =>
        found.map((path) => `${name} ${path}`),
      );
      expect(printed.length).toBeGreaterThan(0);
      expect(ours.sort()).toEqual(printed.sort());
    });
  },
);
