import type { AddressMap } from './address-map.js';
import type { BoundedReader } from './bounded-reader.js';
import { DT, PT } from './constants.js';
import {
  dynamicFlags,
  dynamicStrings,
  readDynamic,
  wantDynamicNames,
  type DynamicEntry,
  type DynamicTable,
} from './dynamic.js';
import type { ElfFile, FileRange } from './elf-file.js';
import type { FileHeader } from './file-header.js';
import { NamePass } from './name-pass.js';
import { segmentsOf, type Segment } from './program-header.js';
import { callsPython, PythonModules } from './python-module.js';
import { StringTable } from './string-table.js';
import { nameImports, readVersionIndices, scanSymbols, type ScannedSymbols } from './symbol.js';
import { findSymbolTable, type SymbolTable } from './symbol-table.js';
import {
  nameVersions,
  readVersionDefinitions,
  readVersionNeeds,
  type VersionTable,
} from './symbol-version.js';

/**
 * Above this size, the names of exported functions are searched for Python modules only if the file calls Python, as
 * modules of that size do: such a table holds hundreds of thousands of C++ names, most of the bytes that would be read.
 */
const MAX_SEARCHED_STRINGS = 8 << 20;

/** What of a file hangs on PT_DYNAMIC. */
export type DynamicLinking = Pick<
  ElfFile,
  | 'hasDynamic'
  | 'soname'
  | 'needed'
  | 'rpath'
  | 'runpath'
  | 'dynamicFlags'
  | 'versionNeeds'
  | 'versionDefinitions'
  | 'imports'
  | 'exports'
  | 'pythonInit'
  | 'dynamicStringTable'
  | 'dynamicSymbolTable'
>;

/** Reads everything that hangs on PT_DYNAMIC; a file without it has empty lists. */
export async function readDynamicLinking(
  reader: BoundedReader,
  header: FileHeader,
  segments: readonly Segment[],
  addresses: AddressMap,
): Promise<DynamicLinking> {
  const [segment] = segmentsOf(segments, PT.DYNAMIC);
  const table =
    segment === undefined
      ? { needed: [], entries: new Map<number, DynamicEntry>() }
      : await readDynamic(reader, header, whereLoaded(segment, addresses));
  const stringRange = dynamicStrings(reader, addresses, table);
  await reader.prefetch(tableRanges(table, addresses, stringRange));
  const names = new NamePass();
  const dynamicNames = wantDynamicNames(table, stringRange, names);
  const symbols = await readSymbolPart(reader, header, addresses, table, names);
  const defined = await readTable(DT.VERDEF, DT.VERDEFNUM, 'DT_VERDEF', readVersionDefinitions);
  const needed = await readTable(DT.VERNEED, DT.VERNEEDNUM, 'DT_VERNEED', readVersionNeeds);
  const { offset, size } = stringRange ?? { offset: 0, size: 0 };
  const strings = new StringTable(reader, offset, size, 'the dynamic string table');
  const modules = new PythonModules();
  const look = (bytes: Uint8Array): void => {
    modules.offer(bytes);
  };
  const isLarge = size > MAX_SEARCHED_STRINGS;
  if (!isLarge) names.offerAll(symbols.functions);
  await names.run(strings, look);
  const versions = nameVersions(needed, defined, names);
  const imports = nameImports(symbols.imports, symbols.versionIndices, versions.byIndex, names);
  if (isLarge && callsPython(imports)) {
    names.offerAll(symbols.functions);
    await names.run(strings, look);
  }
  return {
    ...dynamicNames(),
    hasDynamic: segment !== undefined,
    dynamicFlags: dynamicFlags(table),
    versionNeeds: Object.fromEntries(Array.from(versions.needs, ([library, of]) => [library, [...of]])),
    versionDefinitions: versions.definitions,
    imports,
    exports: symbols.exports,
    pythonInit: modules.names(imports),
    dynamicStringTable: stringRange,
    dynamicSymbolTable: symbols.table,
  };

  /** Reads one of the two version tables; without strings they say nothing. */
  async function readTable<T>(
    start: number,
    count: number,
    structure: string,
    read: (
      reader: BoundedReader,
      header: FileHeader,
      place: VersionTable,
      names: NamePass,
    ) => Promise<readonly T[]>,
  ): Promise<readonly T[]> {
    const address = table.entries.get(start);
    if (address === undefined || stringRange === undefined) return [];
    const offset = addresses.toOffset(address, structure);
    const place = { offset, count: table.entries.get(count)?.value ?? 0 };
    return read(reader, header, place, names);
  }
}

/** The loader finds the dynamic section by its address; a file that is not to be loaded has only the offset. */
function whereLoaded({ address, offset, fileSize }: Segment, addresses: AddressMap): FileRange {
  return { offset: addresses.find(address) ?? offset, size: fileSize };
}

interface SymbolPart extends Pick<ScannedSymbols, 'imports' | 'exports' | 'functions'> {
  readonly table: SymbolTable | undefined;
  readonly versionIndices: Uint16Array | undefined;
}

async function readSymbolPart(
  reader: BoundedReader,
  header: FileHeader,
  addresses: AddressMap,
  dynamic: DynamicTable,
  names: NamePass,
): Promise<SymbolPart> {
  const found = await findSymbolTable(reader, header, addresses, dynamic);
  const hasStrings = dynamic.entries.has(DT.STRTAB) && dynamic.entries.has(DT.STRSZ);
  if (found === undefined || !hasStrings) {
    const functions = new Uint32Array();
    return { imports: [], exports: 0, functions, table: undefined, versionIndices: undefined };
  }
  const { imports, exports, functions, count } = await scanSymbols(reader, header, found, names);
  const versym = dynamic.entries.get(DT.VERSYM);
  const versionIndices =
    versym === undefined
      ? undefined
      : await readVersionIndices(reader, header, addresses.toOffset(versym, 'DT_VERSYM'), imports);
  return { imports, exports, functions, versionIndices, table: { offset: found.offset, count } };
}

/** How far a table whose size isn't known yet is taken to reach: most are smaller, and end where the next begins. */
const USUAL_TABLE_SIZE = 128 * 1024;

/** Where the tables probably lie, so that those of a usual library come with one read. */
function tableRanges(
  { entries }: DynamicTable,
  addresses: AddressMap,
  strings: FileRange | undefined,
): FileRange[] {
  const starts = [DT.HASH, DT.GNU_HASH, DT.SYMTAB, DT.VERSYM, DT.VERDEF, DT.VERNEED]
    .map((tag) => addresses.find(entries.get(tag)?.value ?? -1))
    .filter((offset) => offset !== undefined);
  const all = [...starts, ...(strings === undefined ? [] : [strings.offset])];
  const ranges = starts.map((offset) => {
    const next = Math.min(...all.filter((other) => other > offset));
    return { offset, size: Math.min(next - offset, USUAL_TABLE_SIZE) };
  });
  return strings === undefined ? ranges : [...ranges, strings];
}
