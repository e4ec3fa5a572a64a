import { type FileHandle, mkdir, open, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { temporaryFolder } from '@wheelwright/testing';
import { packFolder } from './pack.js';
import { retagWheel } from './retag.js';
import { writeSample } from './testing/sample-wheel.js';
import { unpackWheel } from './unpack.js';

const root = await temporaryFolder('failpoints');
const anyFile = await open(join(root, 'any'), 'w');
const prototype = Object.getPrototypeOf(anyFile) as FileHandle;
await anyFile.close();

const EARLIER = 'the wheel of an earlier run';
let folder: string;
let sample: string;
let tree: string;
let count = 0;

beforeEach(async () => {
  folder = join(root, String((count += 1)));
  await mkdir(folder);
  sample = await writeSample(folder);
  ({ folder: tree } = await unpackWheel(sample, join(folder, 'tree')));
});
afterEach(() => {
  jest.restoreAllMocks();
});

type Step = 'write' | 'sync' | 'truncate';

/** Lets a step fail at its n-th call, as a full or broken disk does; gives how often it was called at all. */
function failAt(step: Step, nth: number): { readonly calls: () => number } {
  let calls = 0;
  const original = Reflect.get(prototype, step) as (...args: unknown[]) => Promise<unknown>;
  jest.spyOn(prototype, step as 'sync').mockImplementation(function (this: FileHandle, ...args: unknown[]) {
    calls += 1;
    if (calls === nth) return Promise.reject(Object.assign(new Error('disk'), { code: 'EIO' }));
    return original.apply(this, args) as Promise<void>;
  });
  return { calls: () => calls };
}

const ACTS: Readonly<
  Record<
    string,
    { readonly steps: readonly Step[]; readonly act: (out: string) => Promise<{ path: string }> }
  >
> = {
  pack: { steps: ['write', 'sync'], act: (out) => packFolder(tree, out) },
  retag: {
    steps: ['write', 'sync', 'truncate'],
    act: (out) => retagWheel(sample, { build: '1' }, { folder: out }),
  },
};

describe.each(Object.entries(ACTS))('%s, where the disk fails', (_, { steps, act }) => {
  it.each(steps)('at each %s: the wheel of an earlier run stays, and nothing else does', async (step) => {
    const whole = join(folder, 'whole');
    await mkdir(whole);
    const { path } = await act(whole);
    const name = path.slice(whole.length + 1);
    const total = failAt(step, -1);
    await act(whole);
    const calls = total.calls();
    jest.restoreAllMocks();
    // A folder that is synced is no loss where it fails: the file is whole and renamed by then.
    const fatal = step === 'sync' ? 1 : calls;
    expect(fatal).toBeGreaterThan(0);
    for (let nth = 1; nth <= fatal; nth += 1) {
      const out = join(folder, `${step}${nth}`);
      await mkdir(out);
      await writeFile(join(out, name), EARLIER);
      failAt(step, nth);
      await expect(act(out)).rejects.toMatchObject({ name: 'WheelError', code: 'io' });
      jest.restoreAllMocks();
      expect(await readdir(out)).toEqual([name]);
      expect(await readFile(join(out, name), 'utf8')).toBe(EARLIER);
    }
  });
});

describe('unpack, where the disk fails', () => {
  it('at each write: no folder', async () => {
    const total = failAt('write', -1);
    await unpackWheel(sample, join(folder, 'whole'));
    const calls = total.calls();
    jest.restoreAllMocks();
    expect(calls).toBeGreaterThan(5);
    for (let nth = 1; nth <= calls; nth += 1) {
      failAt('write', nth);
      await expect(unpackWheel(sample, join(folder, 'out'))).rejects.toMatchObject({ code: 'io' });
      jest.restoreAllMocks();
      expect(await readdir(join(folder, 'out'))).toEqual([]);
    }
  });
});

describe('what killed runs left', () => {
  const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
  const named = (machine: string, pid: number): string =>
    `.wheelwright-${machine}-${pid}-0123456789abcdef.tmp`;
  /** A process that was here, and is gone. */
  const gone = spawnSync(process.execPath, ['-e', '0']).pid;

  it('is swept by the next run, but not what others are writing', async () => {
    const out = join(folder, 'out');
    await mkdir(out);
    const kept = [named(host, process.pid), named('00000000', gone), '.wheelwright-notes', 'other.tmp'];
    const old = named('00000000', 1);
    for (const name of [...kept, named(host, gone), old]) await writeFile(join(out, name), '');
    await mkdir(join(out, named(host, gone).replace('0123', '9999')));
    await utimes(join(out, old), 1, 1);
    await packFolder(tree, out);
    expect((await readdir(out)).sort()).toEqual([...kept, 'ops-1.0-py3-none-any.whl'].sort());
  });
});
