import { createCipheriv } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { deflateBlock } from './deflate.js';
import { isIncompressible } from './incompressible.js';
import { storedBlocks } from './stored-blocks.js';

const MIB = 1 << 20;

/** Noise: the same on every run. */
function noise(length: number): Buffer {
  return createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(Buffer.alloc(length));
}

/** Noise with something else from an offset on. */
function spoilt(offset: number, other: Uint8Array): Buffer {
  const block = noise(MIB);
  block.set(other, offset);
  return block;
}

describe('isIncompressible', () => {
  it.each([
    ['noise', noise(MIB)],
    ['the noise at the end of a file', noise(300_001)],
    ['noise with few zeros', spoilt(70_000, Buffer.alloc(4096))],
  ])('says yes of %s, which deflate makes less than a hundredth shorter', async (_, block) => {
    expect(isIncompressible(block)).toBe(true);
    const deflated = await deflateBlock(block, { level: 9, dictionary: undefined, last: true });
    expect(deflated.length / block.length).toBeGreaterThan(0.99);
  });

  it.each([
    ['a block too short to say', noise(100_000)],
    ['zeros', Buffer.alloc(MIB)],
    ['noise with a fiftieth of zeros', spoilt(511_111, Buffer.alloc(MIB / 50))],
    ['noise that comes again, at no round distance', Buffer.concat(Array<Buffer>(64).fill(noise(16_411)))],
    ['half of which comes again', spoilt(MIB / 2 + 77, noise(MIB).subarray(MIB / 4, MIB / 4 + 30_000))],
    ['hexadecimal digits of noise', Buffer.from(noise(MIB / 2).toString('hex'))],
    [
      'floating-point numbers, of which one byte in four is no noise',
      Buffer.from(new Float32Array(noise(MIB / 4)).buffer),
    ],
    [
      'records of which one byte in sixteen is zero',
      noise(MIB).map((value, at) => (at % 16 === 5 ? 0 : value)),
    ],
  ])('says no of %s', (_, block) => {
    expect(isIncompressible(block)).toBe(false);
  });
});

describe('storedBlocks', () => {
  it.each([0, 1, 0xffff, 0x10000, MIB])('gives %d bytes back, between deflated ones', async (length) => {
    const content = noise(length);
    const before = await deflateBlock(Buffer.from('before'), {
      level: 6,
      dictionary: undefined,
      last: false,
    });
    const after = await deflateBlock(Buffer.from('after'), { level: 6, dictionary: content, last: true });
    const stream = Buffer.concat([before, storedBlocks(content, false), after]);
    expect(
      inflateRawSync(stream).equals(Buffer.from(`before${content.toString('latin1')}after`, 'latin1')),
    ).toBe(true);
    expect(inflateRawSync(storedBlocks(content, true)).equals(content)).toBe(true);
    expect(storedBlocks(content, true).length - length).toBe(5 * Math.max(1, Math.ceil(length / 0xffff)));
  });
});
