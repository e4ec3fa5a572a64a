import type { BoundedReader } from '../bounded-reader.js';
import type { Format } from '../cursor.js';
import type { SymbolTable } from '../symbol-table.js';

/** Symbols that are read at once. */
const BLOCK = 1 << 14;

/** The largest `st_size` of the dynamic symbols, in bytes; what is larger than a limit is taken for the limit. */
export async function largestSymbol(
  reader: BoundedReader,
  format: Format,
  { offset, count }: SymbolTable,
  limit: number,
): Promise<number> {
  const little = format.endian === 'little';
  const [entry, sizeAt] = format.class === 32 ? [16, 8] : [24, 16];
  let largest = 0;
  for (let first = 0; first < count && largest < limit; first += BLOCK) {
    const length = Math.min(BLOCK, count - first) * entry;
    const bytes = await reader.read(offset + first * entry, length, 'the dynamic symbol table');
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = sizeAt; at < length; at += entry) {
      const size = format.class === 32 ? view.getUint32(at, little) : Number(view.getBigUint64(at, little));
      largest = Math.max(largest, size);
    }
  }
  return Math.min(largest, limit);
}
