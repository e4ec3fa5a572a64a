import type { AddressMap } from './address-map.js';
import type { BoundedReader } from './bounded-reader.js';
import { DT, EM } from './constants.js';
import { Cursor } from './cursor.js';
import type { DynamicTable } from './dynamic.js';
import { ElfError } from './error.js';
import type { FileHeader } from './file-header.js';
import { MAX_SYMBOLS } from './limits.js';

/** Blocks in which hash tables are read: a multiple of every entry's size. */
const BLOCK = 64 * 1024;

/**
 * How many dynamic symbols there are. The dynamic section doesn't say: the hash tables do, which a file without
 * section headers has as well. `undefined` where there is no hash table, or one that doesn't know (an empty
 * DT_GNU_HASH covers no symbol at all).
 */
export async function countSymbols(
  reader: BoundedReader,
  header: FileHeader,
  addresses: AddressMap,
  { entries }: DynamicTable,
): Promise<number | undefined> {
  const hash = entries.get(DT.HASH);
  const gnuHash = entries.get(DT.GNU_HASH);
  if (hash !== undefined) return countByHash(reader, header, addresses.toOffset(hash, 'DT_HASH'));
  if (gnuHash !== undefined)
    return countByGnuHash(reader, header, addresses.toOffset(gnuHash, 'DT_GNU_HASH'));
  return header.machine === EM.MIPS ? entries.get(DT.MIPS_SYMTABNO)?.value : undefined;
}

/** DT_HASH (gABI, "Hash Table"): there are as many chain entries as symbols. */
async function countByHash(reader: BoundedReader, header: FileHeader, offset: number): Promise<number> {
  const size = await hashWordSize(reader, header, offset);
  const cursor = new Cursor(await reader.read(offset, 2 * size, 'DT_HASH'), header, 'DT_HASH');
  const [, chains] = size === 8 ? [cursor.u64(), cursor.u64()] : [cursor.u32(), cursor.u32()];
  return chains;
}

/**
 * How many bytes a word of DT_HASH has. The ABIs of s390x and Alpha have 64-bit words, and GNU ld writes them; LLVM's
 * linker writes 32-bit ones for every machine. No table has 2^32 buckets: a first word that says so is two of them.
 */
export async function hashWordSize(
  reader: BoundedReader,
  header: Pick<FileHeader, 'class' | 'endian' | 'machine'>,
  offset: number,
): Promise<4 | 8> {
  if (header.class === 32 || (header.machine !== EM.S390 && header.machine !== EM.ALPHA)) return 4;
  const cursor = new Cursor(await reader.read(offset, 8, 'DT_HASH'), header, 'DT_HASH');
  return cursor.u64() > 0xffffffff ? 4 : 8;
}

/**
 * DT_GNU_HASH: header, Bloom filter, buckets (the first symbol of each chain), then one hash for each symbol from
 * `symoffset` on, of which the last of a chain has its lowest bit set. The highest bucket's chain ends the table.
 */
async function countByGnuHash(
  reader: BoundedReader,
  header: FileHeader,
  offset: number,
): Promise<number | undefined> {
  const structure = 'DT_GNU_HASH';
  const start = new Cursor(await reader.read(offset, 16, structure), header, structure);
  const bucketCount = start.u32();
  const firstSymbol = start.u32();
  if (bucketCount > MAX_SYMBOLS) {
    throw new ElfError('too-large', `${structure} has ${bucketCount} buckets`, {
      offset,
      structure,
      expected: `at most ${MAX_SYMBOLS}`,
    });
  }
  const buckets = offset + 16 + start.u32() * (header.class / 8);
  const chains = buckets + bucketCount * 4;
  let last = 0;
  await scan(reader, header, buckets, bucketCount * 4, (bucket) => {
    last = Math.max(last, bucket);
    return true;
  });
  if (last === 0) return undefined;
  if (last < firstSymbol) {
    throw new ElfError('malformed', `${structure}: a bucket begins at symbol ${last}`, {
      offset: buckets,
      structure,
      expected: `symbol ${firstSymbol}, which is the first in the table, or a later one`,
    });
  }
  const chain = chains + (last - firstSymbol) * 4;
  const room = Math.min(Math.max(reader.size - chain, 0), MAX_SYMBOLS * 4);
  let length = 0;
  const ended = !(await scan(reader, header, chain, room - (room % 4), (hash) => {
    length++;
    return (hash & 1) === 0;
  }));
  if (ended) return last + length;
  throw new ElfError('malformed', `${structure}: the last chain has no end`, {
    offset: chain,
    structure,
    expected: 'a hash with its lowest bit set',
  });
}

/** Gives each 32-bit number of a range to `visit` until that says false; tells whether it never did. */
async function scan(
  reader: BoundedReader,
  header: FileHeader,
  offset: number,
  length: number,
  visit: (value: number) => boolean,
): Promise<boolean> {
  reader.check(offset, length, 'DT_GNU_HASH');
  for (let done = 0; done < length; done += BLOCK) {
    const size = Math.min(BLOCK, length - done);
    const cursor = new Cursor(await reader.read(offset + done, size, 'DT_GNU_HASH'), header, 'DT_GNU_HASH');
    for (let at = 0; at < size; at += 4) if (!visit(cursor.u32())) return false;
  }
  return true;
}
