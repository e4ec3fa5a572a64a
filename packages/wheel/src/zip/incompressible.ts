/** Shorter blocks cost little to deflate, and say little about themselves. */
const LEAST = 1 << 18;

/** One byte in so many is counted: odd, so that no record of 2, 4 or 8 bytes hides one of its bytes from the count. */
const STRIDE = 17;

/**
 * How far from flat a histogram may be (chi-squared of 256 values): noise has 255 ± 23. A hundredth of zeros among noise
 * has 1,500 in a block of 1 MiB, and so has not what it takes.
 */
const MOST_UNEVEN = 1024;

/** What is looked for again begins behind this byte: of noise that is one place in 256, wherever a repetition lies. */
const ANCHOR = 0x5a;

/** How many of some 4,000 places may be followed by four bytes that were there before: chance gives none. */
const MOST_REPEATED = 16;

/**
 * Whether deflate would hardly make a block shorter, by a look that costs a fiftieth of deflating it. What was
 * compressed or encrypted already has neither of the two things that deflate lives from: bytes that are more frequent than
 * others, and strings that come again. What is given away where it's wrong is about a hundredth of the block. Whole
 * numbers only: every machine gives the same answer.
 */
export function isIncompressible(block: Uint8Array): boolean {
  return block.length >= LEAST && isFlat(block) && !repeats(block);
}

function isFlat(block: Uint8Array): boolean {
  const counts = new Uint32Array(256);
  let total = 0;
  for (let at = 0; at < block.length; at += STRIDE) {
    const value = block[at] ?? 0;
    counts[value] = (counts[value] ?? 0) + 1;
    total += 1;
  }
  let squares = 0;
  for (const count of counts) squares += count * count;
  // The sum of (count - total/256)² / (total/256), without a fraction.
  return 256 * squares - total * total <= MOST_UNEVEN * total;
}

function repeats(block: Uint8Array): boolean {
  const bytes = Buffer.from(block.buffer, block.byteOffset, block.length);
  const seen = new Set<number>();
  let again = 0;
  for (let at = bytes.indexOf(ANCHOR); at !== -1; at = bytes.indexOf(ANCHOR, at + 1)) {
    if (at + 5 > bytes.length) break;
    const following = bytes.readUInt32LE(at + 1);
    if (seen.has(following)) again += 1;
    else seen.add(following);
    if (again > MOST_REPEATED) return true;
  }
  return false;
}
