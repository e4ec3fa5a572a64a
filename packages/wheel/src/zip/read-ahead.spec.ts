import { describe, expect, it } from '@jest/globals';
import { bufferSource, type ByteSource } from '../byte-source.js';
import { ReadAhead } from './read-ahead.js';

const CONTENT = Buffer.from(Uint32Array.from({ length: 100_000 }, (_, index) => index).buffer);

function counted(): { source: ByteSource; reads: [number, number][] } {
  const reads: [number, number][] = [];
  const file = bufferSource(CONTENT);
  return {
    reads,
    source: {
      size: file.size,
      read: (offset, length) => {
        reads.push([offset, length]);
        return file.read(offset, length);
      },
    },
  };
}

describe('ReadAhead', () => {
  it('answers small reads from one window, large ones directly', async () => {
    const { source, reads } = counted();
    const ahead = new ReadAhead(source);
    for (const [offset, length] of [
      [1000, 30],
      [1030, 500],
      [60_000, 6000],
      [0, 200_000],
      [60_000, 10],
    ] as const) {
      const bytes = await ahead.read(offset, length);
      expect(Buffer.compare(bytes, CONTENT.subarray(offset, offset + length))).toBe(0);
    }
    expect(reads).toEqual([
      [1000, 65_536],
      [0, 200_000],
    ]);
  });

  it('keeps what it gave apart from what comes next', async () => {
    const ahead = new ReadAhead(counted().source);
    const [one, other] = await Promise.all([ahead.read(0, 4), ahead.read(300_000, 4)]);
    expect(Buffer.from(one).readUInt32LE()).toBe(0);
    expect(Buffer.from(other).readUInt32LE()).toBe(75_000);
  });

  it('knows nothing of what it failed to read', async () => {
    const { source } = counted();
    let failing = true;
    const ahead = new ReadAhead({
      size: source.size,
      read: (offset, length) => (failing ? Promise.reject(new Error('lost')) : source.read(offset, length)),
    });
    await expect(ahead.read(0, 4)).rejects.toMatchObject({ code: 'io' });
    expect(ahead.peek(0, 4)).toBeUndefined();
    failing = false;
    expect(await ahead.read(4, 4)).toEqual(CONTENT.subarray(4, 8));
  });

  it('refuses ranges outside', async () => {
    const ahead = new ReadAhead(counted().source);
    await expect(ahead.read(CONTENT.length - 1, 2)).rejects.toMatchObject({ code: 'out-of-bounds' });
    expect(ahead.peek(-1, 1)).toBeUndefined();
  });
});
