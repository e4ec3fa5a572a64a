/** The types of a block (RFC 1951, 3.2.3). */
const STORED = 0;
const FIXED = 1;
const DYNAMIC = 2;

/** The order in which the lengths of the code for lengths come, and how long its words are at most (3.2.7). */
const LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const LENGTH_BITS = 7;

const LONGEST_WORD = 15;
const END_OF_BLOCK = 256;

/** The lengths of the code that a fixed block has (3.2.6). */
const FIXED_LENGTHS = new Uint8Array(288).fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280);

/**
 * Whether what a raw deflate stream (RFC 1951) holds begins with some bytes, from the first symbols of its first
 * block. To make an inflater for that takes ten times as long, and a wheel may have ten thousand members to look at.
 *
 * @param data - the stream, or its first bytes
 * @returns `undefined` where the first symbols don't tell: the block is empty or its tables go on behind `data`, a
 * symbol is no literal, or the stream is broken; an inflater knows then
 */
export function deflatedBeginsWith(data: Uint8Array, prefix: Uint8Array): boolean | undefined {
  const type = bitsAt(data, 1, 2);
  if (type === STORED) return storedBeginsWith(data, prefix);
  if (type === FIXED) return firstSymbolsAre(data, { lengths: FIXED_LENGTHS, end: 3 }, prefix);
  const code = type === DYNAMIC ? readCode(data) : undefined;
  return code && firstSymbolsAre(data, code, prefix);
}

/** A block of plain bytes (3.2.4): they begin behind the rest of the first byte and their number, given twice. */
function storedBeginsWith(data: Uint8Array, prefix: Uint8Array): boolean | undefined {
  const [, low = 0, high = 0, lowInverted = 0, highInverted = 0] = data;
  const sound = (low ^ lowInverted) === 0xff && (high ^ highInverted) === 0xff;
  const content = data.subarray(5, 5 + prefix.length);
  if (!sound || content.length < prefix.length || low + (high << 8) < prefix.length) return undefined;
  return prefix.every((byte, at) => content[at] === byte);
}

/** The code of a block: how long each symbol's word is (0 where it has none), and the bit at which its tables end. */
interface Code {
  readonly lengths: Uint8Array;
  readonly end: number;
}

/** Reads the tables of a dynamic block (3.2.7): the lengths of the words, themselves in a code of their own. */
function readCode(data: Uint8Array): Code | undefined {
  const literals = bitsAt(data, 3, 5) + 257;
  const all = literals + bitsAt(data, 8, 5) + 1; // With those of the distances, of which no first symbol has one.
  const count = bitsAt(data, 13, 4) + 4;
  const words = lengthWords(data, count);
  if (words === undefined) return undefined;
  const lengths = new Uint8Array(all);
  let at = 17 + 3 * count;
  for (let index = 0; index < all; ) {
    const word = words[bitsAt(data, at, LENGTH_BITS)] ?? 0;
    const symbol = word >> 3;
    at += word & 7;
    if (symbol < 16) {
      lengths[index] = symbol;
      index += 1;
    } else if (symbol === 16) {
      const times = 3 + bitsAt(data, at, 2);
      if (index === 0) return undefined;
      lengths.fill(lengths[index - 1] ?? 0, index, index + times);
      at += 2;
      index += times;
    } else {
      const wide = symbol === 17 ? 3 : 7;
      index += bitsAt(data, at, wide) + (symbol === 17 ? 3 : 11); // Lengths of 0, as they are.
      at += wide;
    }
  }
  return at > data.length * 8 ? undefined : { lengths: lengths.subarray(0, literals), end: at };
}

/** For each value of the next seven bits: the symbol whose word they begin with, times 8, and that word's length. */
function lengthWords(data: Uint8Array, count: number): Uint8Array | undefined {
  const lengths = new Uint8Array(LENGTH_ORDER.length);
  for (let index = 0; index < count; index += 1)
    lengths[LENGTH_ORDER[index] ?? 0] = bitsAt(data, 17 + 3 * index, 3);
  const table = new Uint8Array(1 << LENGTH_BITS);
  let word = 0;
  for (let length = 1; length <= LENGTH_BITS; length += 1) {
    for (let symbol = lengths.indexOf(length); symbol >= 0; symbol = lengths.indexOf(length, symbol + 1)) {
      if (word >= 1 << length) return undefined;
      // Words come with their first bit first, numbers with their last (3.1.1).
      const first = reversed(word, length);
      for (let bits = first; bits < table.length; bits += 1 << length) table[bits] = (symbol << 3) | length;
      word += 1;
    }
    if (length < LENGTH_BITS) word *= 2;
  }
  return word === 1 << LENGTH_BITS ? table : undefined;
}

function reversed(word: number, length: number): number {
  let result = 0;
  for (let bit = 0; bit < length; bit += 1) result |= ((word >> bit) & 1) << (length - 1 - bit);
  return result;
}

/** Whether the symbols behind the tables are these bytes. */
function firstSymbolsAre(data: Uint8Array, { lengths, end }: Code, bytes: Uint8Array): boolean | undefined {
  const counts = new Uint16Array(LONGEST_WORD + 1);
  for (let symbol = 0; symbol < lengths.length; symbol += 1) {
    const length = lengths[symbol] ?? 0;
    counts[length] = (counts[length] ?? 0) + 1;
  }
  let at = end;
  for (const byte of bytes) {
    const found = symbolAt(data, at, lengths, counts);
    if (found === undefined || found.symbol >= END_OF_BLOCK) return undefined;
    if (found.symbol !== byte) return false;
    at += found.length;
  }
  return true;
}

/** The symbol of a canonical code (3.2.2) whose word begins at a bit; `undefined` where there is none. */
function symbolAt(
  data: Uint8Array,
  at: number,
  lengths: Uint8Array,
  counts: Uint16Array,
): { readonly symbol: number; readonly length: number } | undefined {
  let word = 0;
  let first = 0;
  for (let length = 1; length <= LONGEST_WORD && at + length <= data.length * 8; length += 1) {
    const count = counts[length] ?? 0;
    word = 2 * word + bitsAt(data, at + length - 1, 1);
    first *= 2;
    if (first + count > 1 << length) return undefined;
    if (word - first < count) {
      let symbol = lengths.indexOf(length);
      for (let before = word - first; before > 0; before -= 1) symbol = lengths.indexOf(length, symbol + 1);
      return { symbol, length };
    }
    first += count;
  }
  return undefined;
}

/** Up to 16 bits as a number: the lowest of each byte come first (3.1.1). Behind the end they are 0. */
function bitsAt(data: Uint8Array, at: number, count: number): number {
  const byte = at >> 3;
  const three = (data[byte] ?? 0) | ((data[byte + 1] ?? 0) << 8) | ((data[byte + 2] ?? 0) << 16);
  return (three >> (at & 7)) & ((1 << count) - 1);
}
