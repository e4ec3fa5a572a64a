import type { AddressMap } from './address-map.js';
import type { BoundedReader } from './bounded-reader.js';
import { DT } from './constants.js';
import type { Format } from './cursor.js';
import type { DynamicTable } from './dynamic.js';
import { ElfError } from './error.js';
import type { FileHeader } from './file-header.js';
import { countSymbols } from './hash.js';
import { MAX_SYMBOLS } from './limits.js';

/** Symbols that are read at once: about 1 MiB. */
const PIECE = 1 << 15;

/** Where the dynamic symbols are in the file. */
export interface SymbolTable {
  readonly offset: number;
  readonly count: number;
  /** The index in the string table at which `count` ends early, where it is only a bound. */
  readonly endsAtName?: number;
}

/** Finds the dynamic symbol table; `undefined` where the file has none. */
export async function findSymbolTable(
  reader: BoundedReader,
  header: FileHeader,
  addresses: AddressMap,
  dynamic: DynamicTable,
): Promise<SymbolTable | undefined> {
  const address = dynamic.entries.get(DT.SYMTAB);
  if (address === undefined) return undefined;
  const size = symbolSize(header);
  const declared = dynamic.entries.get(DT.SYMENT);
  if (declared !== undefined && declared.value !== size) {
    throw new ElfError('malformed', `DT_SYMENT is ${declared.value}`, {
      offset: declared.offset,
      structure: 'DT_SYMENT',
      expected: `${size}, the size of a symbol in a ${header.class}-bit file`,
    });
  }
  const offset = addresses.toOffset(address, 'DT_SYMTAB');
  const counted = await countSymbols(reader, header, addresses, dynamic);
  if (counted === undefined)
    return countToNextTable(reader, header, { address: address.value, offset }, dynamic);
  if (counted > MAX_SYMBOLS) {
    throw new ElfError('too-large', `the hash table says that there are ${counted} dynamic symbols`, {
      offset,
      structure: 'DT_SYMTAB',
      expected: `at most ${MAX_SYMBOLS}`,
    });
  }
  reader.check(offset, counted * size, 'the dynamic symbol table');
  return { offset, count: counted };
}

/**
 * Without a count, the symbols reach to whichever table of the dynamic section comes next: so linkers lay it out.
 * GNU ld writes an empty DT_GNU_HASH for a program or library that exports nothing, though it imports. A tool that
 * moved tables may have left a gap there: the first entry without a name in the string table ends the symbols.
 */
function countToNextTable(
  reader: BoundedReader,
  format: Format,
  { address, offset }: { readonly address: number; readonly offset: number },
  { entries }: DynamicTable,
): SymbolTable {
  const tables = [DT.STRTAB, DT.HASH, DT.GNU_HASH, DT.VERSYM, DT.VERNEED, DT.VERDEF]
    .map((tag) => entries.get(tag)?.value ?? 0)
    .filter((start) => start > address);
  const next = tables.length === 0 ? address : Math.min(...tables);
  const room = Math.min(next - address, Math.max(reader.size - offset, 0));
  const count = Math.min(Math.floor(room / symbolSize(format)), MAX_SYMBOLS);
  return { offset, count, endsAtName: entries.get(DT.STRSZ)?.value ?? 0 };
}

/**
 * What is done with each symbol: its index, `st_name`, `st_info` and `st_shndx` (gABI, "Symbol Table").
 * Numbers one by one: objects would cost ten times the memory, and there are hundreds of thousands.
 */
export type SymbolVisitor = (index: number, name: number, info: number, section: number) => void;

/**
 * Visits all symbols but the first, which is empty, in their order.
 *
 * @returns how many there are, the first one included
 */
export async function visitSymbols(
  reader: BoundedReader,
  format: Format,
  { offset, count, endsAtName = Infinity }: SymbolTable,
  visit: SymbolVisitor,
): Promise<number> {
  const size = symbolSize(format);
  const little = format.endian === 'little';
  const [info, section] = format.class === 64 ? [4, 6] : [12, 14];
  for (let first = 1; first < count; first += PIECE) {
    const length = Math.min(PIECE, count - first) * size;
    const bytes = await reader.read(offset + first * size, length, 'the dynamic symbol table');
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0, index = first; at < length; at += size, index++) {
      const name = view.getUint32(at, little);
      if (name >= endsAtName) return index;
      visit(index, name, view.getUint8(at + info), view.getUint16(at + section, little));
    }
  }
  return count;
}

function symbolSize(format: Format): number {
  return format.class === 32 ? 16 : 24;
}
