import { BoundedReader } from './bounded-reader.js';
import type { ByteSource } from './byte-source.js';
import type { ElfFile } from './elf-file.js';
import { decode, StringTable } from './string-table.js';
import { isExport } from './symbol.js';
import { visitSymbols } from './symbol-table.js';

const BLOCK = 1 << 20;

/**
 * Which of the needles occur in the dynamic strings, as a substring of any name. The table is read block by block:
 * hundreds of thousands of C++ names cost one block of memory.
 *
 * @throws {@link ElfError} `truncated` where the source is not the file that `elf` was read from
 * @public
 */
export async function dynamicStringsContain(
  source: ByteSource,
  elf: Pick<ElfFile, 'dynamicStringTable'>,
  needles: readonly string[],
): Promise<Set<string>> {
  const found = new Set<string>();
  const table = elf.dynamicStringTable;
  if (table === undefined) return found;
  const reader = new BoundedReader(source);
  const wanted = new Map(needles.map((needle) => [needle, Buffer.from(needle)]));
  // What of a block is searched again with the next, so that no occurrence is cut in two.
  const overlap = Math.max(0, ...Array.from(wanted.values(), ({ length }) => length - 1));
  let tail: Uint8Array = new Uint8Array();
  for (let at = 0; at < table.size && wanted.size > 0; at += BLOCK) {
    const length = Math.min(BLOCK, table.size - at);
    const block = await reader.read(table.offset + at, length, 'the dynamic string table');
    const bytes = Buffer.concat([tail, block]);
    tail = bytes.subarray(Math.max(bytes.length - overlap, 0));
    for (const [needle, text] of wanted) {
      if (!bytes.includes(text)) continue;
      found.add(needle);
      wanted.delete(needle);
    }
  }
  return found;
}

/**
 * The names of the symbols that a file exports, in no order that means anything.
 *
 * @throws {@link ElfError} where the source is not the file that `elf` was read from
 * @public
 */
export async function* exportedNames(
  source: ByteSource,
  elf: Pick<ElfFile, 'class' | 'endian' | 'dynamicStringTable' | 'dynamicSymbolTable'>,
): AsyncGenerator<string> {
  const { dynamicStringTable: range, dynamicSymbolTable: table } = elf;
  if (range === undefined || table === undefined) return;
  const reader = new BoundedReader(source);
  const indices = new Uint32Array(table.count);
  let count = 0;
  await visitSymbols(reader, elf, table, (_, name, info, section) => {
    if (isExport(info, section)) indices[count++] = name;
  });
  const strings = new StringTable(reader, range.offset, range.size, 'the dynamic string table');
  for (const index of indices.subarray(0, count).sort()) {
    yield decode(strings.peek(index) ?? (await strings.load(index)));
  }
}
