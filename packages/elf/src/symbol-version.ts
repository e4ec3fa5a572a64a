import type { BoundedReader } from './bounded-reader.js';
import { VER_FLG_BASE, VERSION_INDEX_MASK } from './constants.js';
import { Cursor, type Format } from './cursor.js';
import { ElfError } from './error.js';
import { MAX_NAME_LENGTH, MAX_VERSION_BYTES, MAX_VERSIONS } from './limits.js';
import type { Name, NamePass } from './name-pass.js';

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

interface Version {
  readonly index: number;
  readonly name: Name;
}

/** Elfxx_Verneed: a library and the versions that are needed of it. */
export interface VersionNeed {
  readonly library: Name;
  readonly versions: readonly Version[];
}

/** Reads DT_VERNEED: an Elfxx_Verneed for each library, each with a list of Elfxx_Vernaux. */
export async function readVersionNeeds(
  reader: BoundedReader,
  format: Format,
  table: VersionTable,
  names: NamePass,
): Promise<VersionNeed[]> {
  const chain = new Chain(reader, format, 'DT_VERNEED', table.offset);
  const needs: VersionNeed[] = [];
  for await (const [entry, offset] of chain.entries(table.offset, table.count, 16, 12)) {
    chain.expectVersion(entry, offset);
    const count = entry.u16();
    const library = names.want(entry.u32(), MAX_NAME_LENGTH);
    const versions: Version[] = [];
    for await (const [aux] of chain.entries(offset + entry.u32(), count, 16, 12)) {
      aux.skip(6); // vna_hash, vna_flags
      const index = aux.u16() & VERSION_INDEX_MASK;
      versions.push({ index, name: names.want(aux.u32(), MAX_NAME_LENGTH) });
    }
    needs.push({ library, versions });
  }
  return needs;
}

/** Reads DT_VERDEF: of each Elfxx_Verdef the first Elfxx_Verdaux names the version, the others its predecessors. */
export async function readVersionDefinitions(
  reader: BoundedReader,
  format: Format,
  table: VersionTable,
  names: NamePass,
): Promise<Version[]> {
  const chain = new Chain(reader, format, 'DT_VERDEF', table.offset);
  const definitions: Version[] = [];
  for await (const [entry, offset] of chain.entries(table.offset, table.count, 20, 16)) {
    chain.expectVersion(entry, offset);
    const flags = entry.u16();
    const index = entry.u16() & VERSION_INDEX_MASK;
    entry.skip(6); // vd_cnt, vd_hash
    const aux = offset + entry.u32();
    if ((flags & VER_FLG_BASE) !== 0) continue;
    for await (const [name] of chain.entries(aux, 1, 8, 4)) {
      definitions.push({ index, name: names.want(name.u32(), MAX_NAME_LENGTH) });
    }
  }
  return definitions;
}

/** Puts the names to what was read of both tables. */
export function nameVersions(
  needed: readonly VersionNeed[],
  defined: readonly Version[],
  names: NamePass,
): VersionTables {
  const needs = new Map<string, Set<string>>();
  const byIndex = new Map<number, BoundVersion>();
  for (const need of needed) {
    const library = names.text(need.library);
    const versions = needs.get(library) ?? new Set();
    needs.set(library, versions);
    for (const { index, name } of need.versions) {
      const version = names.text(name);
      versions.add(version);
      byIndex.set(index, { library, version });
    }
  }
  const definitions = defined.map(({ name }) => names.text(name));
  for (const { index, name } of defined)
    byIndex.set(index, { library: undefined, version: names.text(name) });
  return { needs, definitions, byIndex };
}

/** Follows linked entries, which only ever lead forward: a step of 0 ends the list, whatever its count says. */
class Chain {
  readonly #reader: BoundedReader;
  readonly #format: Format;
  readonly #structure: string;
  readonly #end: number;
  #left = MAX_VERSIONS;

  constructor(reader: BoundedReader, format: Format, structure: string, start: number) {
    this.#reader = reader;
    this.#format = format;
    this.#structure = structure;
    this.#end = start + MAX_VERSION_BYTES;
  }

  /** Both tables begin each entry with the version of their own format, which has only ever been 1. */
  expectVersion(entry: Cursor, offset: number): void {
    const version = entry.u16();
    if (version === 1) return;
    throw new ElfError('malformed', `${this.#structure}: an entry is of version ${version}`, {
      offset,
      structure: this.#structure,
      expected: 'version 1, the only one',
    });
  }

  /** Gives a cursor at the start of each entry, and its offset; the next one's distance is at byte `link`. */
  async *entries(start: number, count: number, size: number, link: number): AsyncGenerator<[Cursor, number]> {
    let offset = start;
    for (let index = 0; index < count; index++) {
      this.#reader.check(offset, size, this.#structure);
      if (this.#left-- === 0) throw this.#tooLarge(offset, `at most ${MAX_VERSIONS} entries`);
      if (offset > this.#end) throw this.#tooLarge(offset, `entries within ${MAX_VERSION_BYTES} bytes`);
      const bytes = await this.#reader.read(offset, size, this.#structure);
      yield [new Cursor(bytes, this.#format, this.#structure), offset];
      const step = new Cursor(bytes, this.#format, this.#structure, link).u32();
      if (step === 0) return;
      offset += step;
    }
  }

  #tooLarge(offset: number, expected: string): ElfError {
    return new ElfError('too-large', `${this.#structure} does not end`, {
      offset,
      structure: this.#structure,
      expected,
    });
  }
}
