import type { BoundedReader } from './bounded-reader.js';
import { VER_FLG_BASE, VERSION_INDEX_MASK } from './constants.js';
import { Cursor, type Format } from './cursor.js';
import { ElfError } from './error.js';
import { MAX_NAME_LENGTH, MAX_VERSIONS } from './limits.js';
import type { StringTable } from './string-table.js';

/** A version that symbols can be bound to, and the library that has it (undefined: this file itself). */
export interface BoundVersion {
  readonly library: string | undefined;
  readonly version: string;
}

/** The version tables of a file (LSB, "Symbol Versioning"), by the index that DT_VERSYM uses. */
export interface VersionTables {
  /** Versions by library, both in the order of the file. */
  readonly needs: ReadonlyMap<string, ReadonlySet<string>>;
  /** The names of the file's own versions, without the base definition that repeats its soname. */
  readonly definitions: readonly string[];
  readonly byIndex: ReadonlyMap<number, BoundVersion>;
}

/** Where one of the two tables lies: offset, and the number of entries that DT_VERNEEDNUM or DT_VERDEFNUM gives. */
export interface VersionTable {
  readonly offset: number;
  readonly count: number;
}

/** Reads both tables. Their entries are linked by relative offsets, which only ever lead forward. */
export async function readVersions(
  reader: BoundedReader,
  format: Format,
  strings: StringTable,
  {
    need,
    definition,
  }: { readonly need: VersionTable | undefined; readonly definition: VersionTable | undefined },
): Promise<VersionTables> {
  const needs = new Map<string, Set<string>>();
  const definitions: string[] = [];
  const byIndex = new Map<number, BoundVersion>();
  if (need !== undefined)
    await readNeeds(new Chain(reader, format, strings, 'DT_VERNEED'), need, needs, byIndex);
  if (definition !== undefined) {
    await readDefinitions(new Chain(reader, format, strings, 'DT_VERDEF'), definition, definitions, byIndex);
  }
  return { needs, definitions, byIndex };
}

/** Elfxx_Verneed: one for each library, each with a list of Elfxx_Vernaux. */
async function readNeeds(
  chain: Chain,
  table: VersionTable,
  needs: Map<string, Set<string>>,
  byIndex: Map<number, BoundVersion>,
): Promise<void> {
  for await (const [entry, offset] of chain.entries(table.offset, table.count, 16, 12)) {
    chain.expectVersion(entry, offset);
    const count = entry.u16();
    const library = await chain.name(entry.u32());
    const versions = needs.get(library) ?? new Set();
    needs.set(library, versions);
    for await (const [aux] of chain.entries(offset + entry.u32(), count, 16, 12)) {
      aux.skip(6); // vna_hash, vna_flags
      const index = aux.u16() & VERSION_INDEX_MASK;
      const version = await chain.name(aux.u32());
      versions.add(version);
      byIndex.set(index, { library, version });
    }
  }
}

/** Elfxx_Verdef: the first Elfxx_Verdaux names the version, the others its predecessors. */
async function readDefinitions(
  chain: Chain,
  table: VersionTable,
  definitions: string[],
  byIndex: Map<number, BoundVersion>,
): Promise<void> {
  for await (const [entry, offset] of chain.entries(table.offset, table.count, 20, 16)) {
    chain.expectVersion(entry, offset);
    const flags = entry.u16();
    const index = entry.u16() & VERSION_INDEX_MASK;
    entry.skip(6); // vd_cnt, vd_hash
    const aux = offset + entry.u32();
    if ((flags & VER_FLG_BASE) !== 0) continue;
    for await (const [name] of chain.entries(aux, 1, 8, 4)) {
      const version = await chain.name(name.u32());
      definitions.push(version);
      byIndex.set(index, { library: undefined, version });
    }
  }
}

/** Follows linked entries: a step of 0 ends the list, whatever its count says. */
class Chain {
  readonly #reader: BoundedReader;
  readonly #format: Format;
  readonly #strings: StringTable;
  readonly #structure: string;
  #left = MAX_VERSIONS;

  constructor(reader: BoundedReader, format: Format, strings: StringTable, structure: string) {
    this.#reader = reader;
    this.#format = format;
    this.#strings = strings;
    this.#structure = structure;
  }

  name(index: number): Promise<string> {
    return this.#strings.read(index, MAX_NAME_LENGTH);
  }

  /** Both tables begin each entry with the version of their own format, which has only ever been 1. */
  expectVersion(entry: Cursor, offset: number): void {
    const version = entry.u16();
    if (version === 1) return;
    throw new ElfError(
      'malformed',
      `${this.#structure}: an entry is of version ${version}, where there is only 1`,
      {
        offset,
        structure: this.#structure,
      },
    );
  }

  /** Gives a cursor at the start of each entry, and its offset; the next one's distance is at byte `link`. */
  async *entries(start: number, count: number, size: number, link: number): AsyncGenerator<[Cursor, number]> {
    let offset = start;
    for (let index = 0; index < count; index++) {
      if (this.#left-- === 0) {
        throw new ElfError('too-large', `${this.#structure} has more than ${MAX_VERSIONS} entries`, {
          offset,
          structure: this.#structure,
        });
      }
      const bytes = await this.#reader.read(offset, size, this.#structure);
      yield [new Cursor(bytes, this.#format, this.#structure), offset];
      const step = new Cursor(bytes, this.#format, this.#structure, link).u32();
      if (step === 0) return;
      offset += step;
    }
  }
}
