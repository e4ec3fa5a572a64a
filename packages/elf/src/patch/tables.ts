import type { BoundedReader } from '../bounded-reader.js';
import { DT } from '../constants.js';
import { dynamicStrings, readDynamic } from '../dynamic.js';
import { ElfError } from '../error.js';
import { readFileHeader } from '../file-header.js';
import { decode, StringTable } from '../string-table.js';
import { findSymbolTable, visitSymbols, type SymbolTable } from '../symbol-table.js';
import type { VersionTable } from '../symbol-version.js';
import { addressMapOf, type Layout } from './layout.js';
import { readVersionNeeds, type VersionNeed } from './version-need.js';
import { definitionNames } from './version-definition.js';

/** The tables that the dynamic section leads to, as far as strings are concerned. */
export interface Tables {
  readonly strings: { readonly address: number; readonly offset: number; readonly size: number };
  /** The text of each entry of `layout.dynamic` that is a string, by its place there. */
  readonly texts: ReadonlyMap<number, string>;
  readonly versionNeeds: readonly VersionNeed[];
  /** Indices into the string table that symbols and versions (all but `vn_file`) refer to, ascending. */
  readonly references: Uint32Array;
  readonly symbols: SymbolTable | undefined;
  /** Offset of DT_VERSYM. */
  readonly symbolVersions: number | undefined;
}

/** Dynamic tags whose value is an index into the string table: gABI, and Solaris' that the GNU loader knows. */
const STRING_TAGS: ReadonlySet<number> = new Set([
  DT.NEEDED,
  DT.SONAME,
  DT.RPATH,
  DT.RUNPATH,
  0x6ffffefa, // DT_CONFIG
  0x6ffffefb, // DT_DEPAUDIT
  0x6ffffefc, // DT_AUDIT
  0x7ffffffd, // DT_AUXILIARY
  0x7fffffff, // DT_FILTER
]);

/**
 * Reads what refers to the dynamic string table.
 *
 * @throws `ElfError` `unpatchable` for a dynamic section without a string table
 */
export async function readTables(reader: BoundedReader, layout: Layout): Promise<Tables> {
  const { offset, fileSize } = layout.dynamicSegment;
  const dynamic = await readDynamic(reader, layout, { offset, size: fileSize });
  const addresses = addressMapOf(layout);
  const range = dynamicStrings(reader, addresses, dynamic);
  const address = dynamic.entries.get(DT.STRTAB)?.value;
  if (range === undefined || address === undefined) {
    throw new ElfError('unpatchable', 'its dynamic section has no string table', { structure: 'DT_STRTAB' });
  }
  const strings = new StringTable(reader, range.offset, range.size, 'the dynamic string table');
  const texts = new Map<number, string>();
  for (const [place, { tag, value }] of layout.dynamic.entries()) {
    if (STRING_TAGS.has(tag)) texts.set(place, await readText(strings, Number(value)));
  }
  const find = (start: number, count: number): VersionTable | undefined => {
    const at = dynamic.entries.get(start);
    return at === undefined
      ? undefined
      : { offset: addresses.toOffset(at, 'a version table'), count: dynamic.entries.get(count)?.value ?? 0 };
  };
  const needs = find(DT.VERNEED, DT.VERNEEDNUM);
  const definitions = find(DT.VERDEF, DT.VERDEFNUM);
  const versionNeeds = needs === undefined ? [] : await readVersionNeeds(reader, layout, strings, needs);
  const symbols = await findSymbolTable(reader, await readFileHeader(reader), addresses, dynamic);
  const versym = dynamic.entries.get(DT.VERSYM);
  return {
    strings: { ...range, address },
    texts,
    versionNeeds,
    references: await allReferences(reader, layout, symbols, [
      ...versionNeeds.flatMap(({ versions }) => versions.map(({ nameIndex }) => nameIndex)),
      ...(definitions === undefined ? [] : await definitionNames(reader, layout, definitions)),
    ]),
    symbols,
    symbolVersions: versym === undefined ? undefined : addresses.toOffset(versym, 'DT_VERSYM'),
  };
}

/** The text of one string. */
export async function readText(strings: StringTable, index: number): Promise<string> {
  return decode(strings.peek(index) ?? (await strings.load(index)));
}

async function allReferences(
  reader: BoundedReader,
  layout: Layout,
  symbols: SymbolTable | undefined,
  others: readonly number[],
): Promise<Uint32Array> {
  const all = new Uint32Array((symbols?.count ?? 0) + others.length);
  all.set(others);
  let filled = others.length;
  if (symbols !== undefined) {
    await visitSymbols(reader, layout, symbols, (_, name) => {
      all[filled++] = name;
    });
  }
  return all.subarray(0, filled).sort();
}
