import type { BoundedReader } from '../bounded-reader.js';
import { StringTable } from '../string-table.js';
import type { Layout } from './layout.js';
import type { Edit } from './patch-plan.js';
import type { Tables } from './tables.js';
import type { Wanted } from './wanted.js';

/** Where the new strings go. */
export interface StringPlacement {
  /** Index into the string table, by text, for every string that the changed entries say. */
  readonly indexOf: ReadonlyMap<string, number>;
  /** Strings written over ones that nobody needs any more. */
  readonly edits: readonly Edit[];
  /** What follows the table's first `keep` bytes where it has to grow, which it can do elsewhere only. */
  readonly growth: { readonly keep: number; readonly added: Uint8Array } | undefined;
}

/** A string of the table that its users give up. */
interface Vacated {
  readonly index: number;
  readonly length: number;
}

/**
 * Finds a place for each new string: one that's there already, else over a string which is given up and is long
 * enough, else behind the table. Linkers let strings share their ends (`libfoo.so` and `foo.so`), so a string is
 * given up only if no symbol, version or other entry reads any of its bytes.
 *
 * @param shrink - whether the end of the table may go where nothing refers to it: true for a table that an earlier
 *   patch moved, so that patching again and again doesn't make it grow
 */
export async function placeStrings(
  reader: BoundedReader,
  layout: Layout,
  tables: Tables,
  wanted: Wanted,
  shrink: boolean,
): Promise<StringPlacement> {
  const users = usersOf(layout, tables, wanted);
  const bytesOf = new TextEncoder();
  const table = new StringTable(
    reader,
    tables.strings.offset,
    tables.strings.size,
    'the dynamic string table',
  );
  const endOf = async (index: number): Promise<number> =>
    index + (table.peek(index) ?? (await table.load(index))).length;

  const free: Vacated[] = [];
  for (const vacated of users.vacated) {
    const before = largestAtMost(users.fixed, vacated.index + vacated.length - 1);
    const read = before !== undefined && (before >= vacated.index || (await endOf(before)) > vacated.index);
    const shared = free.some(
      ({ index, length }) => index < vacated.index + vacated.length && vacated.index < index + length,
    );
    if (!read && !shared) free.push(vacated);
  }

  const indexOf = new Map(users.kept);
  const edits: Edit[] = [];
  const homeless: string[] = [];
  for (const text of users.wanted) {
    if (indexOf.has(text)) continue;
    const bytes = bytesOf.encode(text);
    const at = free.findIndex(({ length }) => bytes.length <= length);
    const [slot] = at === -1 ? [] : free.splice(at, 1);
    if (slot === undefined) {
      homeless.push(text);
      continue;
    }
    const padded = new Uint8Array(slot.length);
    padded.set(bytes);
    indexOf.set(text, slot.index);
    edits.push({ offset: tables.strings.offset + slot.index, bytes: padded, what: `the string ${text}` });
  }
  if (homeless.length === 0) return { indexOf, edits, growth: undefined };

  // The table moves: then all new strings go behind it, and the old ones stay what they were.
  const last = users.fixed.at(-1);
  const keep = shrink ? (last === undefined ? 1 : (await endOf(last)) + 1) : tables.strings.size;
  const parts: Uint8Array[] = [];
  let size = keep;
  for (const text of users.wanted) {
    if (users.kept.has(text)) continue;
    const bytes = bytesOf.encode(`${text}\0`);
    indexOf.set(text, size);
    parts.push(bytes);
    size += bytes.length;
  }
  return { indexOf, edits: [], growth: { keep, added: Buffer.concat(parts) } };
}

interface Users {
  /** New strings, in the order of the entries that say them. */
  readonly wanted: ReadonlySet<string>;
  /** Strings of entries that stay, which a new one may share. */
  readonly kept: ReadonlyMap<string, number>;
  /** Every index that goes on being read, ascending. */
  readonly fixed: Uint32Array;
  readonly vacated: readonly Vacated[];
}

function usersOf(layout: Layout, { texts, versionNeeds, references }: Tables, wanted: Wanted): Users {
  const staying = new Set(wanted.entries.map(({ tag, value, text }) => `${tag} ${value} ${text ?? ''}`));
  const kept = new Map<string, number>();
  const given: Vacated[] = [];
  const encoder = new TextEncoder();
  for (const [place, text] of texts) {
    const entry = layout.dynamic[place];
    if (entry === undefined) continue;
    const index = Number(entry.value);
    if (staying.has(`${entry.tag} ${entry.value} ${text}`)) kept.set(text, index);
    else given.push({ index, length: encoder.encode(text).length });
  }
  for (const { library, fileIndex } of versionNeeds) {
    if (!wanted.renamed.has(library) && !wanted.removed.has(library)) kept.set(library, fileIndex);
    else given.push({ index: fileIndex, length: encoder.encode(library).length });
  }
  const fixed = new Uint32Array(references.length + kept.size);
  fixed.set(references);
  fixed.set([...kept.values()], references.length);
  const texted = wanted.entries.flatMap(({ text }) => (text === undefined ? [] : [text]));
  const vacated = new Map(given.filter(({ length }) => length > 0).map((one) => [one.index, one]));
  return {
    wanted: new Set([...texted, ...wanted.renamed.values()].filter((text) => !kept.has(text))),
    kept,
    fixed: fixed.sort(),
    vacated: [...vacated.values()],
  };
}

/** The largest of ascending numbers that isn't above a limit. */
function largestAtMost(sorted: Uint32Array, limit: number): number | undefined {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) <= limit) low = middle + 1;
    else high = middle;
  }
  return sorted[low - 1];
}
