import type { BoundedReader } from './bounded-reader.js';
import { SHN, STB, STT, VER_NDX_GLOBAL, VERSION_INDEX_MASK } from './constants.js';
import { Cursor, type Format } from './cursor.js';
import { ElfError } from './error.js';
import { MAX_IMPORTS } from './limits.js';
import type { Name, NamePass } from './name-pass.js';
import { visitSymbols, type SymbolTable } from './symbol-table.js';
import type { BoundVersion } from './symbol-version.js';

/**
 * An undefined symbol: something that the loader has to find in another library.
 * @public
 */
export interface ImportedSymbol {
  readonly name: string;
  /** A weak symbol may stay undefined. */
  readonly weak: boolean;
  /** The library and version that it is bound to, where it is versioned. */
  readonly library?: string;
  readonly version?: string;
}

/** An undefined symbol whose name is still to be read. */
interface Import {
  readonly index: number;
  readonly name: Name;
  readonly weak: boolean;
}

/** What is kept of the symbol table. */
export interface ScannedSymbols {
  /** All symbols of the table. */
  readonly count: number;
  readonly exports: number;
  readonly imports: readonly Import[];
  /** `st_name` of the exported functions. */
  readonly functions: Uint32Array;
}

/**
 * Scans the dynamic symbols. The names of undefined ones are asked for; of exported functions it's kept where theirs
 * are, as some may be what Python calls to load a module. Of the others only their number is of interest.
 */
export async function scanSymbols(
  reader: BoundedReader,
  format: Format,
  table: SymbolTable,
  names: NamePass,
): Promise<ScannedSymbols> {
  const imports: Import[] = [];
  const functions = new Uint32Array(table.count);
  let exports = 0;
  let functionCount = 0;
  const count = await visitSymbols(reader, format, table, (index, name, info, section) => {
    if (section === SHN.UNDEF) {
      if (name === 0) return;
      if (imports.length === MAX_IMPORTS) {
        throw new ElfError('too-large', 'there are more undefined symbols than any library has', {
          offset: table.offset,
          structure: 'the dynamic symbol table',
          expected: `at most ${MAX_IMPORTS}`,
        });
      }
      imports.push({ index, name: names.want(name), weak: info >> 4 === STB.WEAK });
    } else if (isExport(info, section)) {
      exports++;
      const type = info & 0xf;
      if (type === STT.FUNC || type === STT.GNU_IFUNC) functions[functionCount++] = name;
    }
  });
  return { count, exports, imports, functions: functions.subarray(0, functionCount) };
}

/** Whether other files can bind to a symbol, by its `st_info` and `st_shndx`. */
export function isExport(info: number, section: number): boolean {
  return section !== SHN.UNDEF && info >> 4 !== STB.LOCAL;
}

/**
 * The version index of each import (LSB, "Symbol Version Table"): DT_VERSYM has one for every symbol, of which only
 * the stretch with imports is read.
 */
export async function readVersionIndices(
  reader: BoundedReader,
  format: Format,
  offset: number,
  imports: readonly Import[],
): Promise<Uint16Array> {
  const indices = new Uint16Array(imports.length);
  const piece = 1 << 19;
  for (let at = 0; at < imports.length; ) {
    const first = imports[at]?.index ?? 0;
    let end = at;
    while (end < imports.length && (imports[end]?.index ?? 0) < first + piece) end++;
    const count = (imports[end - 1]?.index ?? 0) + 1 - first;
    const bytes = await reader.read(offset + first * 2, count * 2, 'DT_VERSYM');
    for (; at < end; at++) {
      const cursor = new Cursor(bytes, format, 'DT_VERSYM', ((imports[at]?.index ?? 0) - first) * 2);
      indices[at] = cursor.u16() & VERSION_INDEX_MASK;
    }
  }
  return indices;
}

/** Puts names and versions together. */
export function nameImports(
  imports: readonly Import[],
  indices: Uint16Array | undefined,
  versions: ReadonlyMap<number, BoundVersion>,
  names: NamePass,
): ImportedSymbol[] {
  const named: ImportedSymbol[] = [];
  imports.forEach(({ name: text, weak }, at) => {
    const name = names.text(text);
    if (name === '') return;
    const index = indices?.[at] ?? 0;
    const bound = index > VER_NDX_GLOBAL ? versions.get(index) : undefined;
    if (bound === undefined) named.push({ name, weak });
    else if (bound.library === undefined) named.push({ name, weak, version: bound.version });
    else named.push({ name, weak, library: bound.library, version: bound.version });
  });
  return named;
}
