import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { deflatedBeginsWith } from './first-literals.js';

const MAGIC = Buffer.from('\x7fELF');
const GLANCE = 512;

/** What the oracle says: zlib, of the same bytes. */
function inflatedBeginsWith(data: Uint8Array, prefix: Uint8Array): boolean | undefined {
  try {
    const content = inflateRawSync(data, { finishFlush: constants.Z_SYNC_FLUSH });
    return content.length < prefix.length
      ? undefined
      : content.subarray(0, prefix.length).equals(Buffer.from(prefix));
  } catch {
    return undefined;
  }
}

const STRATEGIES = [
  constants.Z_DEFAULT_STRATEGY,
  constants.Z_FILTERED,
  constants.Z_HUFFMAN_ONLY,
  constants.Z_RLE,
  constants.Z_FIXED,
];

/** Text, noise, what looks like code, and runs: they make different tables. */
const content = fc.oneof(
  fc.string({ maxLength: 2000, size: 'max' }).map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 5000, size: 'max' }).map((bytes) => Buffer.from(bytes)),
  fc
    .array(fc.constantFrom('\0\0\0\0', '\x48\x89', 'ELF', '\x7f', ' = ', 'self.', '\n'), {
      maxLength: 2000,
      size: 'max',
    })
    .map((parts) => Buffer.from(parts.join(''), 'latin1')),
);

describe('the first symbols of a deflate stream', () => {
  it('tell what zlib tells, for every level and strategy', () => {
    fc.assert(
      fc.property(
        content,
        fc.boolean(),
        fc.integer({ min: 0, max: 9 }),
        fc.constantFrom(...STRATEGIES),
        (rest, isElf, level, strategy) => {
          const whole = isElf ? Buffer.concat([MAGIC, rest]) : rest;
          fc.pre(whole.length >= MAGIC.length);
          const deflated = deflateRawSync(whole, { level, strategy }).subarray(0, GLANCE);
          expect(deflatedBeginsWith(deflated, MAGIC)).toBe(whole.subarray(0, MAGIC.length).equals(MAGIC));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('never tell anything else than zlib, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: GLANCE, size: 'max' }), (bytes) => {
        const answer = deflatedBeginsWith(bytes, MAGIC);
        if (answer === true) expect(inflatedBeginsWith(bytes, MAGIC)).not.toBe(false);
        if (answer === false) expect(inflatedBeginsWith(bytes, MAGIC)).not.toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it('never tell anything else than zlib where a stream was damaged or cut', () => {
    const whole = deflateRawSync(
      Buffer.concat([MAGIC, Buffer.from('int main(void) { return 0; }\n'.repeat(9))]),
    );
    fc.assert(
      fc.property(fc.nat(whole.length * 8 - 1), fc.nat(whole.length), (bit, length) => {
        const damaged = Buffer.from(whole.subarray(0, length));
        const at = bit >> 3;
        if (at < damaged.length) damaged[at] = (damaged[at] ?? 0) ^ (1 << (bit & 7));
        const answer = deflatedBeginsWith(damaged, MAGIC);
        const oracle = inflatedBeginsWith(damaged, MAGIC);
        if (oracle !== undefined && answer !== undefined) expect(answer).toBe(oracle);
      }),
      { numRuns: 2000 },
    );
  });

  it('leave it open where the first block is empty, cut, or of a type that there is not', () => {
    const empty = deflateRawSync(Buffer.alloc(0), { finishFlush: constants.Z_FULL_FLUSH });
    const letters = Array.from({ length: 3000 }, (_, at) => ((at * at) % 97) + 32);
    const elf = deflateRawSync(Buffer.from([...MAGIC, ...letters]));
    expect(((elf[0] ?? 0) >> 1) & 3).toBe(2); // A block that brings its tables along.
    expect(deflatedBeginsWith(Buffer.concat([empty, elf]), MAGIC)).toBeUndefined();
    expect(deflatedBeginsWith(Buffer.alloc(0), MAGIC)).toBeUndefined();
    expect(deflatedBeginsWith(elf.subarray(0, 12), MAGIC)).toBeUndefined();
    expect(deflatedBeginsWith(Buffer.of(0x07), MAGIC)).toBeUndefined();
    expect(deflatedBeginsWith(elf, MAGIC)).toBe(true);
  });
});
