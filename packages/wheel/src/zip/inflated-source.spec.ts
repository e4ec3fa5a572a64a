import { crc32, deflateRawSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bufferSource, type ByteSource } from '../byte-source.js';
import { InflatedSource } from './inflated-source.js';

const SIZE = 20 << 20;
// Each 4 bytes say where they are, so that a wrong place cannot look right.
const CONTENT = Buffer.from(Uint32Array.from({ length: SIZE / 4 }, (_, index) => index).buffer);
const DEFLATED = deflateRawSync(CONTENT, { level: 1 });
const MiB = 1 << 20;

/** A member's source over the content above, and how often its data was opened. */
function inflated(crc = crc32(CONTENT)): { source: ByteSource; starts: () => number } {
  let starts = 0;
  const source = new InflatedSource('m', SIZE, () => {
    starts += 1;
    const sizes = { compressedSize: DEFLATED.length, size: SIZE };
    return Promise.resolve({
      archive: bufferSource(DEFLATED),
      name: 'm',
      offset: 0,
      method: 8,
      crc32: crc,
      ...sizes,
    });
  });
  return { source, starts: () => starts };
}

const expectRange = async (source: ByteSource, offset: number, length: number): Promise<void> => {
  const bytes = await source.read(offset, length);
  expect(Buffer.compare(bytes, CONTENT.subarray(offset, offset + length))).toBe(0);
};

describe('InflatedSource', () => {
  it('goes back into what is kept without a new start', async () => {
    const { source, starts } = inflated();
    await expectRange(source, 0, 64);
    await expectRange(source, SIZE - 100, 100);
    await expectRange(source, SIZE - MiB, 1000);
    await expectRange(source, 3 * MiB, MiB);
    expect(starts()).toBe(1);
    await expectRange(source, 10 * MiB, 10);
    expect(starts()).toBe(2);
    await expectRange(source, SIZE - 50, 10);
    await expectRange(source, 10 * MiB, 10);
    expect(starts()).toBe(2);
  });

  it('serves concurrent reads one after another', async () => {
    const { source, starts } = inflated();
    const offsets = [15 * MiB, 5 * MiB, 0, 19 * MiB];
    await Promise.all(offsets.map((offset) => expectRange(source, offset, 100_000)));
    expect(starts()).toBe(2);
  });

  it('gives the bytes of any range', async () => {
    const { source } = inflated();
    const range = fc.tuple(fc.nat(SIZE), fc.nat(600_000));
    await fc.assert(
      fc.asyncProperty(range, ([offset, length]) =>
        expectRange(source, offset, Math.min(length, SIZE - offset)),
      ),
      { numRuns: 40 },
    );
  });

  it('refuses ranges outside, and goes on', async () => {
    const { source } = inflated();
    await expect(source.read(SIZE, 1)).rejects.toMatchObject({ code: 'out-of-bounds' });
    await expect(source.read(-1, 1)).rejects.toMatchObject({ code: 'out-of-bounds' });
    await expectRange(source, SIZE, 0);
    await expectRange(source, 5, 5);
  });

  it('checks the CRC when the last bytes are asked for, each time', async () => {
    const { source } = inflated(1);
    await expectRange(source, 0, 100);
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await expect(source.read(SIZE - 1, 1)).rejects.toMatchObject({ code: 'crc-mismatch' });
    }
  });
});
