import type { BoundedReader } from '../bounded-reader.js';
import { Cursor, type Format } from '../cursor.js';
import { ElfError } from '../error.js';
import { MAX_VERSIONS } from '../limits.js';

/** The string table indices of all names in the version definitions (LSB, "Version Definitions"). */
export async function definitionNames(
  reader: BoundedReader,
  format: Format,
  table: { readonly offset: number; readonly count: number },
): Promise<number[]> {
  const structure = 'DT_VERDEF';
  const names: number[] = [];
  for (let offset = table.offset, index = 0; index < table.count; index++) {
    const entry = new Cursor(await reader.read(offset, 20, structure), format, structure).skip(6);
    const count = entry.u16();
    entry.skip(4); // vd_hash
    const [aux, next] = [entry.u32(), entry.u32()];
    for (let at = offset + aux, left = count; left > 0; left--) {
      if (names.length >= MAX_VERSIONS) {
        throw new ElfError('too-large', `${structure} has more than ${MAX_VERSIONS} names`, {
          offset,
          structure,
        });
      }
      const name = new Cursor(await reader.read(at, 8, structure), format, structure);
      names.push(name.u32());
      const step = name.u32();
      if (step === 0) break;
      at += step;
    }
    if (next === 0) break;
    offset += next;
  }
  return names;
}
