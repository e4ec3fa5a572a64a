import type { BoundedReader } from '../bounded-reader.js';
import { SHT } from '../constants.js';
import { Cursor } from '../cursor.js';
import { StringTable } from '../string-table.js';
import { encodeWord } from './encode.js';
import type { Layout, SectionHeader } from './layout.js';
import type { Edit } from './patch-plan.js';
import { readText } from './tables.js';

/** Symbols that are read at once. */
const BLOCK = 1 << 14;
const SHN_ABS = 0xfff1;

/**
 * The symbol table that debuggers read has symbols for sections and for `_DYNAMIC`: they follow what moved.
 *
 * @param moved - the sections that move, by their number, as they shall be
 */
export async function symbolEdits(
  reader: BoundedReader,
  layout: Layout,
  moved: ReadonlyMap<number, SectionHeader>,
): Promise<Edit[]> {
  const shifts = new Map<number, number>();
  for (const [number, section] of moved) {
    const before = layout.sections[number];
    if (before !== undefined && before.address !== section.address)
      shifts.set(number, section.address - before.address);
  }
  const table = layout.sections.find(({ type }) => type === SHT.SYMTAB);
  const strings = layout.sections[table?.link ?? -1];
  if (shifts.size === 0 || table === undefined || strings === undefined) return [];

  const names = new StringTable(reader, strings.offset, strings.size, 'the symbol names');
  const dynamicNumber = layout.sections.findIndex(({ offset }) => offset === layout.dynamicSegment.offset);
  const dynamicAddress = moved.get(dynamicNumber)?.address;
  const edits: Edit[] = [];
  const size = layout.class === 32 ? 16 : 24;
  const valueAt = layout.class === 32 ? 4 : 8;
  const count = Math.floor(table.size / size);
  for (let first = 0; first < count; first += BLOCK) {
    const length = Math.min(BLOCK, count - first) * size;
    const bytes = await reader.read(table.offset + first * size, length, 'the symbol table');
    for (let at = 0; at < length; at += size) {
      const { name, value, section } = decodeSymbol(bytes.subarray(at, at + size), layout);
      const shift = shifts.get(section);
      // lld has `_DYNAMIC` relative to no section; and another patcher may have left it where it pointed before.
      const mayBeDynamic =
        section === dynamicNumber || (section === SHN_ABS && value === layout.dynamicSegment.address);
      const isDynamic =
        dynamicAddress !== undefined && mayBeDynamic && (await readText(names, name)) === '_DYNAMIC';
      const address = isDynamic ? dynamicAddress : shift === undefined ? undefined : value + shift;
      if (address === undefined) continue;
      edits.push({
        offset: table.offset + first * size + at + valueAt,
        bytes: encodeWord(address, layout),
        what: 'the address of a symbol',
      });
    }
  }
  return edits;
}

function decodeSymbol(bytes: Uint8Array, layout: Layout): { name: number; value: number; section: number } {
  const cursor = new Cursor(bytes, layout, 'a symbol');
  const name = cursor.u32();
  if (layout.class === 32) {
    const value = cursor.u32();
    return { name, value, section: cursor.skip(6).u16() };
  }
  const section = cursor.skip(2).u16();
  return { name, section, value: cursor.u64() };
}
