import { crc32, deflateRawSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bufferSource, type ByteSource } from '../byte-source.js';
import { InflatedSource } from './inflated-source.js';

const SIZE = 40 << 20;
// Each 4 bytes say where they are, so that a wrong place cannot look right.
const CONTENT = Buffer.from(Uint32Array.from({ length: SIZE / 4 }, (_, index) => index).buffer);
const DEFLATED = deflateRawSync(CONTENT, { level: 1 });
const MiB = 1 << 20;

/** A member's source over the content above, and how often its data was opened. */
function inflated(crc = crc32(CONTENT), checksum = true): { source: InflatedSource; starts: () => number } {
  let starts = 0;
  const file = bufferSource(DEFLATED);
  const archive: ByteSource = {
    size: file.size,
    read: (offset, length) => {
      // A look at the beginning takes less than a stream's first piece.
      if (offset === 0 && length > 512) starts += 1;
      return file.read(offset, length);
    },
  };
  const data = {
    archive,
    name: 'm',
    offset: 0,
    method: 8,
    crc32: crc,
    compressedSize: DEFLATED.length,
    size: SIZE,
  };
  const source = new InflatedSource('m', SIZE, () => Promise.resolve(data), checksum);
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
    expect(starts()).toBe(0);
    await expectRange(source, 0, 65);
    await expectRange(source, SIZE - 100, 100);
    await expectRange(source, SIZE - 3 * MiB, 1000);
    await expectRange(source, 14 * MiB, MiB);
    await expectRange(source, 3 * MiB, MiB);
    expect(starts()).toBe(1);
    await expectRange(source, 20 * MiB, 10);
    expect(starts()).toBe(2);
    await expectRange(source, 18 * MiB, 1000);
    expect(starts()).toBe(2);
  });

  it('inflates no further than is read', async () => {
    const read: number[] = [];
    const archive: ByteSource = {
      size: DEFLATED.length,
      read: (offset, length) => {
        read.push(offset + length);
        return Promise.resolve(DEFLATED.subarray(offset, offset + length));
      },
    };
    const data = { archive, name: 'm', offset: 0, method: 8, crc32: 0, compressedSize: DEFLATED.length };
    const source = new InflatedSource('m', SIZE, () => Promise.resolve({ ...data, size: SIZE }), false);
    await expectRange(source, 10 * MiB, 100);
    expect(Math.max(...read)).toBeLessThan(DEFLATED.length / 2);
    await source.close();
  });

  it('gives a range that leads from what is kept over what is not', async () => {
    const { source, starts } = inflated();
    await expectRange(source, SIZE - 10, 10);
    await expectRange(source, 15 * MiB, 10 * MiB);
    expect(starts()).toBe(2);
  });

  it('starts anew after it was closed', async () => {
    const { source, starts } = inflated();
    await expectRange(source, 5 * MiB, 100);
    await source.close();
    await expectRange(source, 5 * MiB, 100);
    expect(starts()).toBe(2);
  });

  it('serves concurrent reads one after another', async () => {
    const { source, starts } = inflated();
    const offsets = [30 * MiB, 5 * MiB, 0, 19 * MiB];
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

  it('leaves the CRC alone where it is told so', async () => {
    const { source } = inflated(1, false);
    await expectRange(source, SIZE - 1, 1);
  });

  it.each([
    ['a stream that is cut off', DEFLATED.subarray(0, 1 << 20), 'bad-archive'],
    ['bytes behind the stream', Buffer.concat([DEFLATED, Buffer.alloc(10)]), 'size-mismatch'],
    ['what is no deflate stream', Buffer.alloc(2000, 0xff), 'bad-archive'],
    ['less than is declared', deflateRawSync(CONTENT.subarray(0, MiB)), 'size-mismatch'],
    ['more than is declared', deflateRawSync(Buffer.alloc(SIZE + 1)), 'size-mismatch'],
  ])('refuses %s, now and later', async (_, bytes, code) => {
    const archive = bufferSource(bytes);
    const data = { archive, name: 'm', offset: 0, method: 8, crc32: 0, compressedSize: bytes.length };
    const source = new InflatedSource('m', SIZE, () => Promise.resolve({ ...data, size: SIZE }), false);
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await expect(source.read(SIZE - 1, 1)).rejects.toMatchObject({ code });
    }
  });

  it('tells what went wrong with the archive itself', async () => {
    const archive: ByteSource = { size: 1000, read: () => Promise.reject(new Error('the disk is gone')) };
    const data = { archive, name: 'm', offset: 0, method: 8, crc32: 0, compressedSize: 1000, size: SIZE };
    const source = new InflatedSource('m', SIZE, () => Promise.resolve(data), true);
    await expect(source.read(0, 1000)).rejects.toMatchObject({ code: 'io', message: /the disk is gone/ });
  });
});
