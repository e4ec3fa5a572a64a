import type { AddressMap } from './address-map.js';
import type { BoundedReader } from './bounded-reader.js';
import { DT } from './constants.js';
import { Cursor, type Format } from './cursor.js';
import type { DynamicTable } from './dynamic.js';
import { ElfError } from './error.js';
import type { FileHeader } from './file-header.js';
import { countSymbols } from './hash.js';
import { MAX_SYMBOLS } from './limits.js';

/** Symbols in one block: few enough to hold, so many that most libraries are one block. */
export const BLOCK_SYMBOLS = 1 << 18;

/** Where the dynamic symbols are in the file. */
export interface SymbolTable {
  readonly offset: number;
  readonly count: number;
}

/** Consecutive symbols, one array for each field that is used: objects would cost ten times the memory. */
export interface SymbolBlock {
  /** The index of the first one in the table. */
  readonly first: number;
  readonly count: number;
  /** `st_name` */
  readonly names: Uint32Array;
  /** `st_info`: binding and type. */
  readonly info: Uint8Array;
  /** `st_shndx`: 0 if undefined. */
  readonly sections: Uint16Array;
}

/** Finds the dynamic symbol table; `undefined` where the file has none. */
export async function findSymbolTable(
  reader: BoundedReader,
  header: FileHeader,
  addresses: AddressMap,
  dynamic: DynamicTable,
): Promise<SymbolTable | undefined> {
  const address = dynamic.values.get(DT.SYMTAB);
  if (address === undefined) return undefined;
  const size = symbolSize(header);
  const declared = dynamic.values.get(DT.SYMENT) ?? size;
  if (declared !== size) {
    throw new ElfError('malformed', `DT_SYMENT is ${declared}, where the class has ${size}`, {
      structure: 'DT_SYMENT',
    });
  }
  const offset = addresses.toOffset(address, 'DT_SYMTAB');
  const counted = await countSymbols(reader, header, addresses, dynamic);
  const count = counted ?? (await countToNextTable(reader, header, { address, offset }, dynamic));
  if (count > MAX_SYMBOLS) {
    throw new ElfError('too-large', `there can't be ${count} dynamic symbols`, {
      offset,
      structure: 'DT_SYMTAB',
    });
  }
  reader.check(offset, count * size, 'the dynamic symbol table');
  return { offset, count };
}

/**
 * Without a count, the symbols reach to whichever table of the dynamic section comes next: so linkers lay it out.
 * GNU ld writes an empty DT_GNU_HASH for a program or library that exports nothing, though it imports. A tool that
 * moved tables may have left a gap there: the first entry without a name in the string table ends the symbols.
 */
async function countToNextTable(
  reader: BoundedReader,
  format: Format,
  { address, offset }: { readonly address: number; readonly offset: number },
  { values }: DynamicTable,
): Promise<number> {
  const tables = [DT.STRTAB, DT.HASH, DT.GNU_HASH, DT.VERSYM, DT.VERNEED, DT.VERDEF]
    .map((tag) => values.get(tag) ?? 0)
    .filter((start) => start > address);
  if (tables.length === 0) return 0;
  const room = Math.min(Math.min(...tables) - address, Math.max(reader.size - offset, 0));
  const count = Math.min(Math.floor(room / symbolSize(format)), MAX_SYMBOLS);
  const strings = values.get(DT.STRSZ) ?? 0;
  for await (const block of readSymbolBlocks(reader, format, { offset, count })) {
    const end = block.names.findIndex((name) => name >= strings);
    if (end !== -1) return block.first + end;
  }
  return count;
}

/** Reads the table block by block, without its first symbol, which is empty (gABI, "Symbol Table"). */
export async function* readSymbolBlocks(
  reader: BoundedReader,
  format: Format,
  table: SymbolTable,
): AsyncGenerator<SymbolBlock> {
  const size = symbolSize(format);
  for (let first = 1; first < table.count; first += BLOCK_SYMBOLS) {
    const count = Math.min(BLOCK_SYMBOLS, table.count - first);
    const bytes = await reader.read(table.offset + first * size, count * size, 'the dynamic symbol table');
    const cursor = new Cursor(bytes, format, 'the dynamic symbol table');
    const block: SymbolBlock = {
      first,
      count,
      names: new Uint32Array(count),
      info: new Uint8Array(count),
      sections: new Uint16Array(count),
    };
    const wide = format.class === 64;
    for (let index = 0; index < count; index++) {
      block.names[index] = cursor.u32();
      if (!wide) cursor.skip(8); // st_value, st_size
      block.info[index] = cursor.u8();
      cursor.skip(1); // st_other
      block.sections[index] = cursor.u16();
      if (wide) cursor.skip(16);
    }
    yield block;
  }
}

function symbolSize(format: Format): number {
  return format.class === 32 ? 16 : 24;
}
