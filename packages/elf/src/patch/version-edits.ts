import type { BoundedReader } from '../bounded-reader.js';
import { DT, VERSION_INDEX_MASK } from '../constants.js';
import { Cursor } from '../cursor.js';
import { ElfError } from '../error.js';
import { encodeU32, Encoder } from './encode.js';
import type { Layout } from './layout.js';
import type { Edit } from './patch-plan.js';
import type { Tables } from './tables.js';
import { VERNEED_SIZE, type VersionNeed } from './version-need.js';
import type { Wanted, WantedEntry } from './wanted.js';

/** The version needs that stay, and the dynamic entries that say where they are. */
export interface VersionChange {
  /** Edits at the places of the original file. */
  readonly edits: readonly Edit[];
  readonly entries: readonly WantedEntry[];
}

const BLOCK = 1 << 16;

/**
 * Takes the version needs of removed libraries out of their chain and renames those of renamed ones. glibc's loader
 * stops at a version need of a library that isn't needed, so the two always go together.
 *
 * @throws `ElfError` `unpatchable` where a symbol is bound to a version of a library that shall go
 */
export async function changeVersionNeeds(
  reader: BoundedReader,
  layout: Layout,
  tables: Tables,
  wanted: Wanted,
  indexOf: ReadonlyMap<string, number>,
): Promise<VersionChange> {
  const isRemoved = ({ library }: VersionNeed): boolean => wanted.removed.has(library);
  await refuseBound(reader, layout, tables, tables.versionNeeds.filter(isRemoved));
  const left = tables.versionNeeds.filter((need) => !isRemoved(need));
  const fileIndex = (need: VersionNeed): number =>
    indexOf.get(wanted.renamed.get(need.library) ?? need.library) ?? need.fileIndex;
  if (left.length === tables.versionNeeds.length) {
    const edits = left
      .filter(({ library }) => wanted.renamed.has(library))
      .map((need) => ({
        offset: need.offset + 4,
        bytes: encodeU32(fileIndex(need), layout),
        what: `the version needs of ${need.library}`,
      }));
    return { edits, entries: wanted.entries };
  }
  return {
    edits: relink(layout, tables.versionNeeds, left, fileIndex),
    entries: recount(wanted.entries, left.length),
  };
}

/** Links what is left: the first header stays where DT_VERNEED points to, and takes over another's content if it must. */
function relink(
  layout: Layout,
  all: readonly VersionNeed[],
  left: readonly VersionNeed[],
  fileIndex: (need: VersionNeed) => number,
): Edit[] {
  const places = left.map((need, at) => (at === 0 ? (all[0] ?? need).offset : need.offset));
  return left.map((need, at) => {
    const place = places[at] ?? need.offset;
    const next = places[at + 1];
    const encoder = new Encoder(VERNEED_SIZE, layout)
      .u16(1)
      .u16(need.versions.length)
      .u32(fileIndex(need))
      .u32(need.offset + need.aux - place)
      .u32(next === undefined ? 0 : next - place);
    return { offset: place, bytes: encoder.bytes, what: `the version needs of ${need.library}` };
  });
}

function recount(entries: readonly WantedEntry[], count: number): WantedEntry[] {
  return entries.flatMap((entry): WantedEntry[] => {
    if (entry.tag !== DT.VERNEED && entry.tag !== DT.VERNEEDNUM) return [entry];
    if (count === 0) return [];
    return [entry.tag === DT.VERNEEDNUM ? { ...entry, value: BigInt(count) } : entry];
  });
}

async function refuseBound(
  reader: BoundedReader,
  layout: Layout,
  { symbols, symbolVersions }: Tables,
  removed: readonly VersionNeed[],
): Promise<void> {
  const libraryOf = new Map(
    removed.flatMap(({ library, versions }) =>
      versions.map(({ versionIndex }) => [versionIndex, library] as const),
    ),
  );
  if (libraryOf.size === 0 || symbols === undefined || symbolVersions === undefined) return;
  for (let first = 0; first < symbols.count; first += BLOCK) {
    const count = Math.min(BLOCK, symbols.count - first);
    const bytes = await reader.read(symbolVersions + first * 2, count * 2, 'DT_VERSYM');
    const cursor = new Cursor(bytes, layout, 'DT_VERSYM');
    for (let index = 0; index < count; index++) {
      const library = libraryOf.get(cursor.u16() & VERSION_INDEX_MASK);
      if (library === undefined) continue;
      throw new ElfError(
        'unpatchable',
        `${library} can't be removed: symbol ${first + index} is bound to one of its versions`,
        {
          structure: 'DT_VERSYM',
          hint: 'rename it to the library that has the symbol now, or link the file without it',
        },
      );
    }
  }
}
