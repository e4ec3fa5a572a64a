import type { BoundedReader } from './bounded-reader.js';
import { SHN, STB, STT, VER_NDX_GLOBAL, VERSION_INDEX_MASK } from './constants.js';
import { Cursor, type Format } from './cursor.js';
import { ElfError } from './error.js';
import { MAX_IMPORTS, MAX_SYMBOL_LENGTH } from './limits.js';
import { PythonModules } from './python-module.js';
import { decode, type StringTable } from './string-table.js';
import { BLOCK_SYMBOLS, readSymbolBlocks, type SymbolBlock, type SymbolTable } from './symbol-table.js';
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

/** What the dynamic symbols say. */
export interface DynamicSymbols {
  readonly imports: readonly ImportedSymbol[];
  /** How many symbols other libraries can bind to. */
  readonly exports: number;
  /** Python modules that the file can be imported as. */
  readonly pythonInit: readonly string[];
}

/** The tables that symbols are read with. */
export interface SymbolSources {
  readonly table: SymbolTable;
  readonly strings: StringTable;
  /** The offset of DT_VERSYM: one 16-bit version index for each symbol. */
  readonly versionIndices: number | undefined;
  readonly versions: ReadonlyMap<number, BoundVersion>;
}

/**
 * Reads the dynamic symbols. Undefined ones become objects; of the defined ones only their number stays, and the
 * names that are functions which Python calls to load a module.
 */
export async function readSymbols(
  reader: BoundedReader,
  format: Format,
  sources: SymbolSources,
): Promise<DynamicSymbols> {
  const imports: ImportedSymbol[] = [];
  const modules = new PythonModules();
  let exported = 0;
  for await (const block of readSymbolBlocks(reader, format, sources.table)) {
    const found: { readonly index: number; readonly symbol: ImportedSymbol }[] = [];
    const versionOf = await versionLookup(reader, format, sources, block);
    exported += countExports(block);
    for (const index of inNameOrder(block, isNamed)) {
      const at = block.names[index] ?? 0;
      const bytes = sources.strings.peek(at) ?? (await sources.strings.load(at, MAX_SYMBOL_LENGTH));
      if (!isUndefined(block, index)) {
        modules.offerExport(bytes);
        continue;
      }
      if (bytes.length === 0) continue;
      if (imports.length + found.length >= MAX_IMPORTS) {
        throw new ElfError('too-large', `there can't be more than ${MAX_IMPORTS} undefined symbols`, {
          offset: sources.table.offset,
          structure: 'the dynamic symbol table',
        });
      }
      const name = decode(bytes);
      modules.offerImport(name);
      found.push({ index, symbol: { name, weak: binding(block, index) === STB.WEAK, ...versionOf(index) } });
    }
    found.sort((a, b) => a.index - b.index);
    for (const { symbol } of found) imports.push(symbol);
  }
  return { imports, exports: exported, pythonInit: modules.names() };
}

/** The names of the defined symbols, block by block; within one in the order of the string table. */
export async function* readExportedNames(
  reader: BoundedReader,
  format: Format,
  { table, strings }: Pick<SymbolSources, 'table' | 'strings'>,
): AsyncGenerator<string> {
  for await (const block of readSymbolBlocks(reader, format, table)) {
    for (const index of inNameOrder(block, isExport)) {
      const at = block.names[index] ?? 0;
      yield decode(strings.peek(at) ?? (await strings.load(at, MAX_SYMBOL_LENGTH)));
    }
  }
}

/** Symbols whose name is wanted: what is undefined, and functions, which may be a module's entry. */
function isNamed(block: SymbolBlock, index: number): boolean {
  if (isUndefined(block, index)) return true;
  const type = (block.info[index] ?? 0) & 0xf;
  return isExport(block, index) && (type === STT.FUNC || type === STT.GNU_IFUNC);
}

function isExport(block: SymbolBlock, index: number): boolean {
  return !isUndefined(block, index) && binding(block, index) !== STB.LOCAL;
}

function isUndefined(block: SymbolBlock, index: number): boolean {
  return block.sections[index] === SHN.UNDEF;
}

function binding(block: SymbolBlock, index: number): number {
  return (block.info[index] ?? 0) >> 4;
}

function countExports(block: SymbolBlock): number {
  let count = 0;
  for (let index = 0; index < block.count; index++) if (isExport(block, index)) count++;
  return count;
}

/** The wanted symbols by the place of their names, so that the string table is passed through once. */
function inNameOrder(block: SymbolBlock, wanted: (block: SymbolBlock, index: number) => boolean): number[] {
  const keys = new Float64Array(block.count);
  let count = 0;
  for (let index = 0; index < block.count; index++) {
    // A 32-bit name and an 18-bit index together fit a double exactly.
    if (wanted(block, index)) keys[count++] = (block.names[index] ?? 0) * BLOCK_SYMBOLS + index;
  }
  return Array.from(keys.subarray(0, count).sort(), (key) => key % BLOCK_SYMBOLS);
}

/** Reads the version indices of a block's symbols; gives the library and version that one is bound to. */
async function versionLookup(
  reader: BoundedReader,
  format: Format,
  { versionIndices, versions }: SymbolSources,
  block: SymbolBlock,
): Promise<(index: number) => { library?: string; version?: string }> {
  if (versionIndices === undefined) return () => ({});
  const bytes = await reader.read(versionIndices + block.first * 2, block.count * 2, 'DT_VERSYM');
  const cursor = new Cursor(bytes, format, 'DT_VERSYM');
  const indices = Uint16Array.from({ length: block.count }, () => cursor.u16() & VERSION_INDEX_MASK);
  return (index) => {
    const versionIndex = indices[index] ?? 0;
    const bound = versionIndex > VER_NDX_GLOBAL ? versions.get(versionIndex) : undefined;
    if (bound === undefined) return {};
    return { ...(bound.library === undefined ? {} : { library: bound.library }), version: bound.version };
  };
}
