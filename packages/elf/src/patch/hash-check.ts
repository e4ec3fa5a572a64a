import type { BoundedReader } from '../bounded-reader.js';
import { DT } from '../constants.js';
import { Cursor } from '../cursor.js';
import { hashWordSize } from '../hash.js';
import { MAX_SYMBOLS } from '../limits.js';
import { StringTable } from '../string-table.js';
import { isExport } from '../symbol.js';
import { visitSymbols, type SymbolTable } from '../symbol-table.js';
import { addressMapOf, type Layout } from './layout.js';

/** A hash table, read. */
interface HashTable {
  /** The first symbol that is in it. */
  readonly first: number;
  /** Whether it leads from a name to this symbol. */
  readonly finds: (name: Uint8Array, symbol: number) => boolean;
}

/**
 * Whether the hash tables of the dynamic section find every defined symbol by its name, as a loader looks them up.
 * A file without a hash table has nothing that could be wrong.
 *
 * `hash.ts` asks the same tables another question, how many symbols there are, and reads their ends alone for it: an
 * inspection of 700 MB must not read what only a patch has to prove.
 */
export async function hashTablesFindAll(
  reader: BoundedReader,
  layout: Layout,
  strings: { readonly offset: number; readonly size: number },
  symbols: SymbolTable,
): Promise<boolean> {
  const addresses = addressMapOf(layout);
  const find = (tag: number): number | undefined => {
    const entry = layout.dynamic.find((one) => one.tag === tag);
    return entry === undefined ? undefined : addresses.find(Number(entry.value));
  };
  const tables: HashTable[] = [];
  const hash = find(DT.HASH);
  if (hash !== undefined) tables.push(await readHash(reader, layout, hash));
  const gnuHash = find(DT.GNU_HASH);
  if (gnuHash !== undefined) tables.push(await readGnuHash(reader, layout, gnuHash, symbols.count));

  const names = new Uint32Array(symbols.count);
  const defined: number[] = [];
  await visitSymbols(reader, layout, symbols, (index, name, info, section) => {
    names[index] = name;
    if (isExport(info, section)) defined.push(index);
  });
  // In the order of their names the string table is passed through once.
  defined.sort((a, b) => (names[a] ?? 0) - (names[b] ?? 0));
  const table = new StringTable(reader, strings.offset, strings.size, 'the dynamic string table');
  for (const symbol of defined) {
    const at = names[symbol] ?? 0;
    const name = table.peek(at) ?? (await table.load(at));
    if (!tables.every(({ finds, first }) => symbol < first || finds(name, symbol))) return false;
  }
  return true;
}

/** DT_HASH (gABI, "Hash Table"). */
async function readHash(reader: BoundedReader, layout: Layout, offset: number): Promise<HashTable> {
  const size = await hashWordSize(reader, layout, offset);
  const word = (cursor: Cursor): number => (size === 8 ? cursor.u64() : cursor.u32());
  const start = new Cursor(await reader.read(offset, 2 * size, 'DT_HASH'), layout, 'DT_HASH');
  const [bucketCount, chainCount] = [word(start), word(start)];
  reader.check(offset, (2 + bucketCount + chainCount) * size, 'DT_HASH');
  const bytes = await reader.read(offset + 2 * size, (bucketCount + chainCount) * size, 'DT_HASH');
  const cursor = new Cursor(bytes, layout, 'DT_HASH');
  const buckets = Uint32Array.from({ length: bucketCount }, () => word(cursor));
  const chains = Uint32Array.from({ length: chainCount }, () => word(cursor));
  const finds: HashTable['finds'] = (name, symbol) => {
    let at = buckets[hashOf(name) % bucketCount] ?? 0;
    for (let steps = 0; at !== 0 && steps <= chainCount; steps++) {
      if (at === symbol) return true;
      at = chains[at] ?? 0;
    }
    return false;
  };
  return { finds, first: 1 };
}

/** DT_GNU_HASH, as glibc reads it: Bloom filter, buckets, chains whose last hash has its lowest bit set. */
async function readGnuHash(
  reader: BoundedReader,
  layout: Layout,
  offset: number,
  symbolCount: number,
): Promise<HashTable> {
  const structure = 'DT_GNU_HASH';
  const start = new Cursor(await reader.read(offset, 16, structure), layout, structure);
  const [bucketCount, first, filterSize, shift] = [start.u32(), start.u32(), start.u32(), start.u32()];
  const chainCount = Math.min(Math.max(symbolCount - first, 0), MAX_SYMBOLS);
  const bits = layout.class;
  const size = filterSize * (bits / 8) + (bucketCount + chainCount) * 4;
  const cursor = new Cursor(await reader.read(offset + 16, size, structure), layout, structure);
  const filter = Array.from({ length: filterSize }, () => cursor.exactWord());
  const buckets = Uint32Array.from({ length: bucketCount }, () => cursor.u32());
  const chains = Uint32Array.from({ length: chainCount }, () => cursor.u32());
  const finds: HashTable['finds'] = (name, symbol) => {
    const hash = gnuHashOf(name);
    const word = filter[Math.floor(hash / bits) % filterSize] ?? 0n;
    const mask = (1n << BigInt(hash % bits)) | (1n << BigInt((hash >>> shift) % bits));
    if ((word & mask) !== mask) return false;
    for (let at = buckets[hash % bucketCount] ?? 0; at >= first && at - first < chainCount; at++) {
      const stored = chains[at - first] ?? 1;
      if (at === symbol) return (stored ^ hash) >>> 1 === 0;
      if ((stored & 1) === 1) return false;
    }
    return false;
  };
  return { finds, first };
}

function hashOf(name: Uint8Array): number {
  let hash = 0;
  for (const byte of name) {
    hash = ((hash << 4) >>> 0) + byte;
    const high = hash & 0xf0000000;
    hash = (hash ^ (high >>> 24)) & 0x0fffffff;
  }
  return hash;
}

function gnuHashOf(name: Uint8Array): number {
  let hash = 5381;
  for (const byte of name) hash = (Math.imul(hash, 33) + byte) >>> 0;
  return hash;
}
