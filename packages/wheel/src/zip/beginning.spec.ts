import { deflateRawSync, constants } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { rawZip, type RawMember } from '@wheelwright/testing';
import { bufferSource, type ByteSource } from '../byte-source.js';
import { openWheel } from '../wheel.js';

const MAGIC = Buffer.from('\x7fELF');
const ELF = Buffer.concat([MAGIC, Buffer.alloc(3000, 'x')]);
const TEXT = 'print("hello")\n'.repeat(50);

async function found(
  members: readonly RawMember[],
  source?: (bytes: Buffer) => ByteSource,
): Promise<string[]> {
  const bytes = rawZip(members);
  const wheel = await openWheel(source?.(bytes) ?? bufferSource(bytes));
  const names: string[] = [];
  for await (const { name } of wheel.membersBeginningWith(MAGIC)) names.push(name);
  return names;
}

/** Deflated with an empty block before the content: nothing of it is in the first bytes. */
function behindEmptyBlocks(content: Uint8Array): Buffer {
  const empty = deflateRawSync(Buffer.alloc(0), { finishFlush: constants.Z_FULL_FLUSH });
  return Buffer.concat([...Array.from({ length: 200 }, () => empty), deflateRawSync(content)]);
}

/** So many that they are looked at in another way. */
const MANY = Array.from({ length: 1000 }, (_, at): RawMember => ({ name: `many/${at}.h`, content: TEXT }));

describe.each([
  ['few', []],
  ['many', MANY],
])('of %s members those that begin with a magic number', (_, others) => {
  it('are found, however they are stored', async () => {
    const names = await found([
      ...others,
      { name: 'a.py', content: TEXT },
      { name: 'deflated.so', content: ELF },
      { name: 'stored.so', content: ELF, method: 0 },
      { name: 'fixed.so', data: deflateRawSync(ELF, { strategy: constants.Z_FIXED }), content: ELF },
      { name: 'uncompressed-block.so', data: deflateRawSync(ELF, { level: 0 }), content: ELF },
      { name: 'behind-empty-blocks.so', data: behindEmptyBlocks(ELF), content: ELF },
      { name: 'late.bin', content: `x${ELF.toString('latin1')}` },
      { name: 'short', content: MAGIC.subarray(0, 3) },
      { name: 'exactly', content: MAGIC },
      { name: 'empty', content: '' },
    ]);
    expect(names).toEqual([
      'deflated.so',
      'stored.so',
      'fixed.so',
      'uncompressed-block.so',
      'behind-empty-blocks.so',
      'exactly',
    ]);
  });

  it('are found behind local extra fields of any length', async () => {
    const extra = Buffer.alloc(4 + 60_000);
    extra.writeUInt16LE(0xcafe, 0);
    extra.writeUInt16LE(60_000, 2);
    expect(await found([...others, { name: 'a.so', content: ELF, local: { extra } }])).toEqual(['a.so']);
  });

  it.each<[string, string, RawMember]>([
    ['header-mismatch', 'another local name', { name: 'a', content: ELF, local: { name: 'b' } }],
    ['bad-archive', 'no local header', { name: 'a', content: ELF, before: Buffer.alloc(4), offset: 0 }],
    ['bad-archive', 'no deflate stream', { name: 'a', content: ELF, data: Buffer.from('\u0007nonsense') }],
  ])('%s: %s', async (code, _what, member) => {
    await expect(found([member, { name: 'z', content: TEXT }, ...others])).rejects.toMatchObject({
      name: 'WheelError',
      code,
    });
  });
});

describe('members that begin with a magic number', () => {
  it('are looked for among the members that are asked for', async () => {
    const wheel = await openWheel(
      bufferSource(rawZip(['a', 'b', 'c'].map((name) => ({ name, content: ELF })))),
    );
    const names: string[] = [];
    for await (const { name } of wheel.membersBeginningWith(MAGIC, wheel.members.slice(1))) names.push(name);
    expect(names).toEqual(['b', 'c']);
  });

  it('cost one read for many small members, and none for what lies between large ones', async () => {
    const noise = Buffer.from(
      Uint32Array.from({ length: 100_000 }, (_, at) => (at * 2654435761) >>> 0).buffer,
    );
    const small = Array.from({ length: 500 }, (_, at) => ({ name: `s${at}`, content: TEXT }));
    const large = Array.from({ length: 4 }, (_, at) => ({ name: `l${at}`, content: noise, method: 0 }));
    let reads = 0;
    let bytesRead = 0;
    await found([...small, ...large], (bytes) => ({
      size: bytes.length,
      read: (offset, length) => {
        reads += 1;
        bytesRead += length;
        return Promise.resolve(bytes.subarray(offset, offset + length));
      },
    }));
    expect(reads).toBeLessThan(12);
    expect(bytesRead).toBeLessThan(1 << 20);
  });
});
