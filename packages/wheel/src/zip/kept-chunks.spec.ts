import { describe, expect, it } from '@jest/globals';
import { KeptChunks } from './kept-chunks.js';

const KiB = 1024;
const CHUNK = 64 * KiB;

/** Passes chunks of 64 KiB, each with memory of its own, filled with their number. */
function passed(count: number): { kept: KeptChunks; chunks: Uint8Array[] } {
  const kept = new KeptChunks({ first: 2 * CHUNK, last: 2 * CHUNK });
  const chunks = Array.from({ length: count }, (_, index) => new Uint8Array(CHUNK).fill(index + 1));
  chunks.forEach((chunk, index) => {
    kept.pass(index * CHUNK, chunk);
  });
  return { kept, chunks };
}

describe('KeptChunks', () => {
  it('keeps the first and the last, and gives the rest of the memory back', () => {
    const { chunks } = passed(10);
    expect(chunks.map(({ length }) => length > 0)).toEqual([
      ...[true, true],
      ...Array<boolean>(6).fill(false),
      ...[true, true],
    ]);
  });

  it('gives a range up to its first gap', () => {
    const { kept } = passed(10);
    const range = new Uint8Array(3 * CHUNK);
    expect(kept.fill(CHUNK - 1, range)).toBe(CHUNK + 1);
    expect([range[0], range[1], range[CHUNK], range[CHUNK + 1]]).toEqual([1, 2, 2, 0]);
    expect(kept.fill(4 * CHUNK, range)).toBe(0);
    expect(kept.fill(8 * CHUNK, range)).toBe(2 * CHUNK);
  });

  it('keeps memory that two chunks share until both are gone', () => {
    const kept = new KeptChunks({ first: 100, last: CHUNK });
    const memory = new ArrayBuffer(CHUNK);
    kept.pass(0, new Uint8Array(memory, 0, 100));
    kept.pass(100, new Uint8Array(memory, 100));
    for (let index = 1; index < 5; index += 1) kept.pass(index * CHUNK, new Uint8Array(CHUNK));
    expect(memory.byteLength).toBe(CHUNK);
    expect(kept.fill(0, new Uint8Array(200))).toBe(100);
    kept.clear();
    expect(kept.fill(0, new Uint8Array(200))).toBe(0);
  });

  it('takes a stream that starts anew', () => {
    const { kept } = passed(10);
    kept.pass(0, new Uint8Array(CHUNK).fill(77));
    const range = new Uint8Array(1);
    expect(kept.fill(0, range)).toBe(1);
    expect(range[0]).toBe(1);
    expect(kept.fill(9 * CHUNK, range)).toBe(0);
  });
});
