import type { AddressMap } from './address-map.js';
import type { BoundedReader } from './bounded-reader.js';
import { DT, PT } from './constants.js';
import type { Format } from './cursor.js';
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
  const strings = dynamicStrings(reader, addresses, table);
  await reader.prefetch(tableRanges(table, addresses, strings));
  const tables: Tables = { reader, header, addresses, table, strings, names: new NamePass() };
  const dynamicNames = wantDynamicNames(table, strings, tables.names);
  const symbols = await readSymbolPart(tables);
  const defined = await readVersionTable(tables, VERSION_TABLES.definitions, readVersionDefinitions);
  const needed = await readVersionTable(tables, VERSION_TABLES.needs, readVersionNeeds);
  const modules = await readNames(tables, symbols);
  const versions = nameVersions(needed, defined, tables.names);
  const imports = nameImports(symbols.imports, symbols.versionIndices, versions.byIndex, tables.names);
  return {
    ...dynamicNames(),
    hasDynamic: segment !== undefined,
    dynamicFlags: dynamicFlags(table),
    versionNeeds: Object.fromEntries(Array.from(versions.needs, ([library, of]) => [library, [...of]])),
    versionDefinitions: versions.definitions,
    imports,
    exports: symbols.exports,
    pythonInit: modules.names(imports),
    dynamicStringTable: strings,
    dynamicSymbolTable: symbols.table,
  };
}

/** The loader finds the dynamic section by its address; a file that is not to be loaded has only the offset. */
function whereLoaded({ address, offset, fileSize }: Segment, addresses: AddressMap): FileRange {
  return { offset: addresses.find(address) ?? offset, size: fileSize };
}

/** What the tables are found and read with. */
interface Tables {
  readonly reader: BoundedReader;
  readonly header: FileHeader;
  readonly addresses: AddressMap;
  readonly table: DynamicTable;
  readonly strings: FileRange | undefined;
  readonly names: NamePass;
}

interface SymbolPart extends Pick<ScannedSymbols, 'imports' | 'exports' | 'functions'> {
  readonly table: SymbolTable | undefined;
  readonly versionIndices: Uint16Array | undefined;
}

/** The symbols and their version indices; without strings they say nothing. */
async function readSymbolPart({
  reader,
  header,
  addresses,
  table,
  strings,
  names,
}: Tables): Promise<SymbolPart> {
  const found = await findSymbolTable(reader, header, addresses, table);
  if (found === undefined || strings === undefined) {
    const functions = new Uint32Array();
    return { imports: [], exports: 0, functions, table: undefined, versionIndices: undefined };
  }
  const { imports, exports, functions, count } = await scanSymbols(reader, header, found, names);
  const versym = table.entries.get(DT.VERSYM);
  const versionIndices =
    versym === undefined
      ? undefined
      : await readVersionIndices(reader, header, addresses.toOffset(versym, 'DT_VERSYM'), imports);
  return { imports, exports, functions, versionIndices, table: { offset: found.offset, count } };
}

/** The tags that say where a version table is and how many entries it has. */
const VERSION_TABLES = {
  needs: { start: DT.VERNEED, count: DT.VERNEEDNUM, structure: 'DT_VERNEED' },
  definitions: { start: DT.VERDEF, count: DT.VERDEFNUM, structure: 'DT_VERDEF' },
} as const;

/** One of the two version tables; without strings they say nothing. */
async function readVersionTable<T>(
  { reader, header, addresses, table, strings, names }: Tables,
  { start, count, structure }: (typeof VERSION_TABLES)[keyof typeof VERSION_TABLES],
  read: (
    reader: BoundedReader,
    format: Format,
    place: VersionTable,
    names: NamePass,
  ) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const address = table.entries.get(start);
  if (address === undefined || strings === undefined) return [];
  const offset = addresses.toOffset(address, structure);
  return read(reader, header, { offset, count: table.entries.get(count)?.value ?? 0 }, names);
}

/** Reads all names that the tables asked for, and looks for Python modules among those of exported functions. */
async function readNames(
  { reader, strings, names }: Tables,
  { imports, functions }: SymbolPart,
): Promise<PythonModules> {
  const modules = new PythonModules();
  if (strings === undefined) return modules;
  const table = new StringTable(reader, strings.offset, strings.size, 'the dynamic string table');
  const look = (bytes: Uint8Array): void => {
    modules.offer(bytes);
  };
  const isLarge = strings.size > MAX_SEARCHED_STRINGS;
  if (!isLarge) names.offerAll(functions);
  await names.run(table, look);
  if (isLarge && callsPython(imports.map(({ name }) => names.text(name)))) {
    names.offerAll(functions);
    await names.run(table, look);
  }
  return modules;
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
