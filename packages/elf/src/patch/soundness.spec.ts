import { expect, it } from '@jest/globals';
import { buildElf } from '@wheelwright/testing';
import { bufferSource, inspectElf } from '../index.js';
import { PT } from '../constants.js';
import { checkPatched, findFaults } from './soundness.js';

const sound = buildElf({
  type: 'EXEC',
  soname: 'libown.so.1',
  needed: ['libc.so.6'],
  imports: [{ name: 'fourth', library: 'libc.so.6', version: 'GLIBC_2.17' }],
  exports: ['one', 'two', 'three'],
  hash: 'gnu',
});

/** A copy with one 64-bit number written over. */
function broken(offset: number, value: bigint): Uint8Array {
  const bytes = Uint8Array.from(sound);
  new DataView(bytes.buffer).setBigUint64(offset, value, true);
  return bytes;
}

/** Where a field of the first program header of a type is. */
function field(type: number, at: number): number {
  const view = new DataView(sound.buffer, sound.byteOffset);
  for (let header = 64; ; header += 56) if (view.getUint32(header, true) === type) return header + at;
}

const rules = async (bytes: Uint8Array): Promise<string[]> =>
  (await findFaults(bufferSource(bytes))).map(({ rule }) => rule);

it('finds nothing wrong with a sound file', async () => {
  expect(await rules(sound)).toEqual([]);
});

it('finds a segment that leads beyond the file', async () => {
  expect(await rules(broken(field(PT.LOAD, 32), 1n << 30n))).toContain('segment-range');
});

it('finds a segment whose offset and address differ modulo its alignment', async () => {
  expect(await rules(broken(field(PT.LOAD, 48), 0x10000000n))).toEqual(['segment-alignment']);
});

it('finds a dynamic section that no segment brings to its address', async () => {
  expect(await rules(broken(field(PT.DYNAMIC, 16), 0x1234n))).toEqual(['dynamic']);
});

it('finds a hash table that does not lead to a symbol', async () => {
  const { dynamicStringTable } = await inspectElf(bufferSource(sound));
  const bytes = Buffer.from(sound);
  bytes.write('onf', bytes.indexOf('one', dynamicStringTable!.offset));
  expect(await rules(bytes)).toEqual(['hash']);
});

it('finds versions that are needed of a library which is not', async () => {
  const { dynamicStringTable } = await inspectElf(bufferSource(sound));
  const bytes = Buffer.from(sound);
  const dynamic = Number(bytes.readBigUInt64LE(field(PT.DYNAMIC, 8)));
  expect(bytes.readBigUInt64LE(dynamic)).toBe(1n); // DT_NEEDED
  bytes.writeBigUInt64LE(
    BigInt(bytes.indexOf('libown', dynamicStringTable!.offset) - dynamicStringTable!.offset),
    dynamic + 8,
  );
  expect(await rules(bytes)).toEqual(['version-need']);
});

it('refuses a patched file with a fault that the original does not have, and only that', async () => {
  const faulty = bufferSource(broken(field(PT.LOAD, 48), 0x10000000n));
  await expect(checkPatched(bufferSource(sound), faulty)).rejects.toMatchObject({ code: 'unsound' });
  await expect(checkPatched(faulty, faulty)).resolves.toBeUndefined();
});
