import type { AddressMap } from './address-map.js';
import type { BoundedReader } from './bounded-reader.js';
import { DT } from './constants.js';
import { Cursor, type Format } from './cursor.js';
import type { FileRange } from './elf-file.js';
import { ElfError } from './error.js';
import { MAX_DYNAMIC_ENTRIES, MAX_NAME_LENGTH, MAX_PATH_LENGTH } from './limits.js';
import type { Name, NamePass } from './name-pass.js';

/** The dynamic section (gABI, "Dynamic Section"), its strings still indices. */
export interface DynamicTable {
  /** String table indices of DT_NEEDED, in order. */
  readonly needed: readonly number[];
  /** The other entries: where a tag is repeated the last one counts, as it does for the loader. */
  readonly entries: ReadonlyMap<number, DynamicEntry>;
}

/** `d_un` of an Elfxx_Dyn: a number, or an address. */
export interface DynamicEntry {
  readonly value: number;
  /** Where in the file it is. */
  readonly offset: number;
}

/** What the dynamic section says in words. */
export interface DynamicNames {
  readonly soname: string | undefined;
  readonly needed: readonly string[];
  readonly rpath: readonly string[];
  readonly runpath: readonly string[];
}

/** Reads the entries of PT_DYNAMIC up to DT_NULL. A file of debug information has the segment, but no bytes for it. */
export async function readDynamic(
  reader: BoundedReader,
  format: Format,
  segment: FileRange,
): Promise<DynamicTable> {
  const structure = 'the dynamic section';
  reader.check(segment.offset, segment.size, structure);
  const entrySize = format.class === 32 ? 8 : 16;
  const count = Math.min(Math.floor(segment.size / entrySize), MAX_DYNAMIC_ENTRIES);
  const cursor = new Cursor(
    await reader.read(segment.offset, count * entrySize, structure),
    format,
    structure,
  );
  const needed: number[] = [];
  const entries = new Map<number, DynamicEntry>();
  for (let index = 0; index < count; index++) {
    const tag = cursor.word();
    const value = cursor.word();
    if (tag === DT.NULL) return { needed, entries };
    if (tag === DT.NEEDED) needed.push(value);
    else entries.set(tag, { value, offset: segment.offset + index * entrySize + entrySize / 2 });
  }
  if (count < MAX_DYNAMIC_ENTRIES) return { needed, entries };
  throw new ElfError('too-large', `${structure} does not end`, {
    offset: segment.offset,
    structure,
    expected: `at most ${MAX_DYNAMIC_ENTRIES} entries`,
  });
}

/** Finds the string table of the dynamic section; `undefined` where it has none. */
export function dynamicStrings(
  reader: BoundedReader,
  addresses: AddressMap,
  { entries }: DynamicTable,
): FileRange | undefined {
  const address = entries.get(DT.STRTAB);
  const size = entries.get(DT.STRSZ)?.value;
  if (address === undefined || size === undefined) return undefined;
  const offset = addresses.toOffset(address, 'DT_STRTAB');
  reader.check(offset, size, 'DT_STRTAB');
  return { offset, size };
}

/**
 * Asks for the names.
 *
 * @returns what gives them once the pass over the string table is done
 */
export function wantDynamicNames(
  { needed, entries }: DynamicTable,
  strings: FileRange | undefined,
  names: NamePass,
): () => DynamicNames {
  const want = (index: number | undefined, limit = MAX_NAME_LENGTH): Name | undefined => {
    if (index === undefined) return undefined;
    if (strings !== undefined) return names.want(index, limit);
    throw new ElfError('malformed', 'the dynamic section refers to strings, but has no string table', {
      structure: 'DT_STRTAB',
      expected: 'DT_STRTAB and DT_STRSZ',
    });
  };
  const libraries = needed.map((index) => want(index));
  const soname = want(entries.get(DT.SONAME)?.value);
  const rpath = want(entries.get(DT.RPATH)?.value, MAX_PATH_LENGTH);
  const runpath = want(entries.get(DT.RUNPATH)?.value, MAX_PATH_LENGTH);
  const text = (name: Name | undefined): string | undefined =>
    name === undefined ? undefined : names.text(name);
  return () => ({
    soname: text(soname),
    needed: libraries.map((name) => text(name) ?? ''),
    rpath: searchPath(text(rpath)),
    runpath: searchPath(text(runpath)),
  });
}

/** The folders of a search path. Empty elements stay: the loader takes them for the current folder. */
function searchPath(text: string | undefined): string[] {
  return text === undefined || text === '' ? [] : text.split(':');
}

/** The names of the flags that are set in DT_FLAGS and DT_FLAGS_1, and of the older tags that mean the same. */
export function dynamicFlags({ entries }: DynamicTable): string[] {
  const named = (bits: number, names: Readonly<Record<string, number>>): string[] =>
    Object.keys(names).filter((name) => (bits & (names[name] ?? 0)) !== 0);
  const tags = [
    ...(entries.has(DT.SYMBOLIC) ? ['SYMBOLIC'] : []),
    ...(entries.has(DT.TEXTREL) ? ['TEXTREL'] : []),
    ...(entries.has(DT.BIND_NOW) ? ['BIND_NOW'] : []),
  ];
  return [
    ...new Set([
      ...tags,
      ...named(entries.get(DT.FLAGS)?.value ?? 0, FLAGS),
      ...named(entries.get(DT.FLAGS_1)?.value ?? 0, FLAGS_1),
    ]),
  ];
}

/** DF_* (gABI). */
const FLAGS = { ORIGIN: 0x1, SYMBOLIC: 0x2, TEXTREL: 0x4, BIND_NOW: 0x8, STATIC_TLS: 0x10 };

/** DF_1_* that say something to a loader of today, as `elf.h` names them. */
const FLAGS_1 = {
  NOW: 0x1,
  GLOBAL: 0x2,
  GROUP: 0x4,
  NODELETE: 0x8,
  INITFIRST: 0x20,
  NOOPEN: 0x40,
  ORIGIN: 0x80,
  DIRECT: 0x100,
  INTERPOSE: 0x400,
  NODEFLIB: 0x800,
  NODUMP: 0x1000,
  GLOBAUDIT: 0x1000000,
  SINGLETON: 0x2000000,
  PIE: 0x8000000,
};
