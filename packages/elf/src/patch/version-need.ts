import type { BoundedReader } from '../bounded-reader.js';
import { VERSION_INDEX_MASK } from '../constants.js';
import { Cursor, type Format } from '../cursor.js';
import { ElfError } from '../error.js';
import { MAX_VERSIONS } from '../limits.js';
import { decode, type StringTable } from '../string-table.js';

/** An Elfxx_Verneed as it stands in the file (LSB, "Version Needs"), with what it points to. */
export interface VersionNeed {
  readonly offset: number;
  /** `vn_file`, and the name there. */
  readonly fileIndex: number;
  readonly library: string;
  /** `vn_aux` and `vn_next`, both relative to `offset`; a next of 0 is the last one's. */
  readonly aux: number;
  readonly next: number;
  /** `vna_name` and `vna_other` of each version that is needed of the library. */
  readonly versions: readonly { readonly nameIndex: number; readonly versionIndex: number }[];
}

export const VERNEED_SIZE = 16;
const VERNAUX_SIZE = 16;

/**
 * Reads the version needs as they are linked. An inspection reads the same table in `symbol-version.ts`, many names in one
 * pass and none of the places: whoever edits the table needs the places, and whoever inspects a hostile file does without
 * them.
 */
export async function readVersionNeeds(
  reader: BoundedReader,
  format: Format,
  strings: StringTable,
  table: { readonly offset: number; readonly count: number },
): Promise<VersionNeed[]> {
  const structure = 'DT_VERNEED';
  const needs: VersionNeed[] = [];
  let left = MAX_VERSIONS;
  const spend = (offset: number): void => {
    if (left-- > 0) return;
    throw new ElfError('too-large', `${structure} has more than ${MAX_VERSIONS} entries`, {
      offset,
      structure,
    });
  };
  for (let offset = table.offset, index = 0; index < table.count; index++) {
    spend(offset);
    const entry = new Cursor(await reader.read(offset, VERNEED_SIZE, structure), format, structure).skip(2);
    const count = entry.u16();
    const [fileIndex, aux, next] = [entry.u32(), entry.u32(), entry.u32()];
    const versions: { nameIndex: number; versionIndex: number }[] = [];
    for (let at = offset + aux, left = count; left > 0; left--) {
      spend(at);
      const need = new Cursor(await reader.read(at, VERNAUX_SIZE, structure), format, structure).skip(6);
      versions.push({ versionIndex: need.u16() & VERSION_INDEX_MASK, nameIndex: need.u32() });
      const step = need.u32();
      if (step === 0) break;
      at += step;
    }
    const library = decode(strings.peek(fileIndex) ?? (await strings.load(fileIndex)));
    needs.push({ offset, fileIndex, library, aux, next, versions });
    if (next === 0) break;
    offset += next;
  }
  return needs;
}
