import { AddressMap } from './address-map.js';
import { BoundedReader } from './bounded-reader.js';
import type { ByteSource } from './byte-source.js';
import { DT, PT, SHT } from './constants.js';
import {
  dynamicFlags,
  dynamicStrings,
  readDynamic,
  readDynamicNames,
  type DynamicNames,
  type DynamicTable,
} from './dynamic.js';
import type { ElfFile } from './elf-file.js';
import { fileType, readFileHeader, type FileHeader } from './file-header.js';
import { MAX_PATH_LENGTH } from './limits.js';
import { nameMachine } from './machine.js';
import { readNotes } from './note.js';
import { readSegments, type Segment } from './program-header.js';
import { readSections } from './section-header.js';
import { StringTable } from './string-table.js';
import { readSymbols, type DynamicSymbols } from './symbol.js';
import { findSymbolTable } from './symbol-table.js';
import { readVersions, type VersionTable, type VersionTables } from './symbol-version.js';

/**
 * Reads what an ELF file says, in small reads of what is needed, never the whole file. Everything comes from the
 * program headers and the dynamic section, as it does for the loader, so that a file without section headers gives
 * the same answer; section headers only add the list of sections and whether the file is stripped.
 *
 * @throws {@link ElfError} whatever is wrong with the file; errors of the source itself pass through
 * @public
 */
export async function inspectElf(source: ByteSource): Promise<ElfFile> {
  const reader = new BoundedReader(source);
  const header = await readFileHeader(reader);
  const segments = await readSegments(reader, header);
  const dynamic = await readDynamicPart(reader, header, segments);
  const notes = await readNotes(reader, header, segmentsOf(segments, PT.NOTE));
  const sections = await readSections(reader, header);
  const [stack] = segmentsOf(segments, PT.GNU_STACK);
  return {
    class: header.class,
    endian: header.endian,
    ...nameMachine(header),
    machineCode: header.machine,
    flags: header.flags,
    type: fileType(header.type),
    osabi: header.osabi,
    interpreter: await readInterpreter(reader, segments),
    ...dynamic,
    ...notes,
    stripped: !sections.some(({ type }) => type === SHT.SYMTAB),
    execStack: stack?.executable === true,
    sections,
  };
}

/** PT_INTERP: the path of the program that loads this one, with its NUL. */
async function readInterpreter(
  reader: BoundedReader,
  segments: readonly Segment[],
): Promise<string | undefined> {
  const [segment] = segmentsOf(segments, PT.INTERP);
  if (segment === undefined) return undefined;
  return new StringTable(reader, segment.offset, segment.fileSize, 'PT_INTERP').read(0, MAX_PATH_LENGTH);
}

type DynamicPart = DynamicNames &
  DynamicSymbols &
  Pick<
    ElfFile,
    | 'hasDynamic'
    | 'dynamicFlags'
    | 'versionNeeds'
    | 'versionDefinitions'
    | 'dynamicStringTable'
    | 'dynamicSymbolTable'
  >;

/** Everything that hangs on PT_DYNAMIC; a file without it has empty lists. */
async function readDynamicPart(
  reader: BoundedReader,
  header: FileHeader,
  segments: readonly Segment[],
): Promise<DynamicPart> {
  const [segment] = segmentsOf(segments, PT.DYNAMIC);
  const table: DynamicTable =
    segment === undefined ? { needed: [], values: new Map() } : await readDynamic(reader, header, segment);
  const addresses = new AddressMap(segments);
  const stringRange = dynamicStrings(reader, addresses, table);
  const strings =
    stringRange === undefined
      ? undefined
      : new StringTable(reader, stringRange.offset, stringRange.size, 'the dynamic string table');
  const versions = await readVersionPart(reader, header, addresses, table, strings);
  const symbolTable = await findSymbolTable(reader, header, addresses, table);
  const versym = table.values.get(DT.VERSYM);
  const symbols =
    symbolTable === undefined || strings === undefined
      ? { imports: [], exports: 0, pythonInit: [] }
      : await readSymbols(reader, header, {
          table: symbolTable,
          strings,
          versionIndices: versym === undefined ? undefined : addresses.toOffset(versym, 'DT_VERSYM'),
          versions: versions.byIndex,
        });
  return {
    ...(await readDynamicNames(table, strings)),
    ...symbols,
    hasDynamic: segment !== undefined,
    dynamicFlags: dynamicFlags(table),
    versionNeeds: Object.fromEntries(Array.from(versions.needs, ([library, names]) => [library, [...names]])),
    versionDefinitions: versions.definitions,
    dynamicStringTable: stringRange,
    dynamicSymbolTable: symbolTable,
  };
}

async function readVersionPart(
  reader: BoundedReader,
  header: FileHeader,
  addresses: AddressMap,
  { values }: DynamicTable,
  strings: StringTable | undefined,
): Promise<VersionTables> {
  const find = (start: number, count: number, structure: string): VersionTable | undefined => {
    const address = values.get(start);
    return address === undefined
      ? undefined
      : { offset: addresses.toOffset(address, structure), count: values.get(count) ?? 0 };
  };
  if (strings === undefined) return { needs: new Map(), definitions: [], byIndex: new Map() };
  return readVersions(reader, header, strings, {
    need: find(DT.VERNEED, DT.VERNEEDNUM, 'DT_VERNEED'),
    definition: find(DT.VERDEF, DT.VERDEFNUM, 'DT_VERDEF'),
  });
}

function segmentsOf(segments: readonly Segment[], type: number): Segment[] {
  return segments.filter((segment) => segment.type === type);
}
