import { BoundedReader } from '../bounded-reader.js';
import type { ByteSource } from '../byte-source.js';
import { PT } from '../constants.js';
import { checkChanges, type ElfChanges } from './changes.js';
import { encodeU16, encodeWord } from './encode.js';
import { roomForHeaders, type HeaderRoom } from './header-room.js';
import {
  dynamicEntrySize,
  encodeDynamic,
  encodeProgramHeaders,
  encodeSectionHeader,
  readLayout,
  sectionHeaderSize,
  type DynamicValue,
  type Layout,
} from './layout.js';
import { largestSymbol } from './largest-symbol.js';
import { findOwnSegment, type OwnSegment } from './own-segment.js';
import type { Edit, PatchPlan, Piece } from './patch-plan.js';
import { movedOffset, movesOf, patchedEntries, patchedProgramHeaders, patchedSections } from './relocate.js';
import { contentsOf, endOfMemory, isProgram, planSegment, type SegmentPlan } from './segment-plan.js';
import { placeStrings, type StringPlacement } from './string-placement.js';
import { symbolEdits } from './symbol-edits.js';
import { readTables, type Tables } from './tables.js';
import { changeVersionNeeds } from './version-edits.js';
import { wantedEntries } from './wanted.js';

/**
 * Plans how to change a file's dynamic strings. Where the new ones fit into the place of old ones, some bytes change
 * and nothing else; where not, the string table (and what else doesn't fit) moves into a loadable segment behind the
 * file, which a later patch lays out anew instead of adding another.
 *
 * @param source - the file; only what the plan needs is read
 * @throws `ElfError` `unpatchable` where the change can't be made, and why; else what `inspectElf` throws
 * @public
 */
export async function planPatch(source: ByteSource, changes: ElfChanges): Promise<PatchPlan> {
  checkChanges(changes);
  const reader = new BoundedReader(source);
  const layout = await readLayout(reader);
  const tables = await readTables(reader, layout);
  const wanted = wantedEntries(layout, tables, changes);
  const clearExecStack = changes.clearExecStack === true && hasExecutableStack(layout);
  const says = [...wanted.says, ...(clearExecStack ? ['the stack: no longer executable'] : [])];
  if (says.length === 0) return { says, keep: source.size, edits: [], segment: undefined, size: source.size };

  const own = findOwnSegment(layout, tables.strings);
  const strings = await placeStrings(reader, layout, tables, wanted, own !== undefined);
  const versions = await changeVersionNeeds(reader, layout, tables, wanted, strings.indexOf);
  const { segment, isNew } = await planGrowth(reader, layout, tables, own, strings, versions.entries.length);
  const moves = movesOf(layout, tables, segment);
  const entries = patchedEntries(versions.entries, strings.indexOf, moves, segment);
  const headers = patchedProgramHeaders(layout, segment, moves, { isNew, clearExecStack });
  const sections = patchedSections(layout, segment, moves);
  const headerBytes = encodeProgramHeaders(headers, layout);
  const sectionHeaders = movedOffset(moves, layout.sectionHeaderOffset);

  const edits: Edit[] = [
    ...[...versions.edits, ...strings.edits].map((edit) => ({
      ...edit,
      offset: movedOffset(moves, edit.offset),
    })),
    ...dynamicEdit(layout, entries, segment),
    ...headerEdits(layout, headers.length, headerBytes, segment),
    ...sectionTableEdit(layout, sectionHeaders),
    ...Array.from(sections, ([number, section]) => ({
      offset: sectionHeaders + number * sectionHeaderSize(layout),
      bytes: encodeSectionHeader(section, layout),
      what: `section header ${number}`,
    })),
    ...(await symbolEdits(reader, layout, sections)),
  ];
  const keep = own === undefined || segment === undefined ? source.size : own.header.offset;
  return {
    says,
    keep,
    edits,
    segment:
      segment === undefined
        ? undefined
        : { ...segment, pieces: piecesOf(layout, tables, segment, strings, entries, headerBytes) },
    size: segment === undefined ? source.size : segment.offset + segment.size,
  };
}

const PF_X = 1;

function hasExecutableStack({ programHeaders }: Layout): boolean {
  return programHeaders.some(({ type, flags }) => type === PT.GNU_STACK && (flags & PF_X) !== 0);
}

/** Decides whether a segment is needed, what it holds and where it goes. */
async function planGrowth(
  reader: BoundedReader,
  layout: Layout,
  tables: Tables,
  own: OwnSegment | undefined,
  { growth }: StringPlacement,
  entryCount: number,
): Promise<{ readonly segment: SegmentPlan | undefined; readonly isNew: boolean }> {
  const needed = (entryCount + 1) * dynamicEntrySize(layout);
  const dynamicGrows = needed > layout.dynamicSegment.fileSize;
  if (growth === undefined && !dynamicGrows) return { segment: undefined, isNew: false };

  const isNew = own === undefined;
  const room: HeaderRoom = isNew ? roomForHeaders(layout, 1) : { kind: 'stays', evicted: [] };
  const stringSize = growth === undefined ? undefined : growth.keep + growth.added.length;
  const contents = contentsOf(layout, own, room, {
    headers: layout.programHeaders.length + (isNew ? 1 : 0),
    dynamic: dynamicGrows || own?.holdsDynamic === true ? needed : undefined,
    strings: stringSize ?? (isNew ? undefined : tables.strings.size),
  });
  const gap = isNew ? await freeSpace(reader, layout, tables, contents.programHeaders !== undefined) : 0;
  return { segment: planSegment(layout, own, contents, gap), isNew };
}

/** How much of a program's file may be a hole because a segment keeps its distance. */
const MAX_HOLE = 1 << 20;

/**
 * The distance of a new segment from the ones in front of it. eu-elflint takes a relocation to write as many bytes as
 * its symbol has: one at the end of the data, of a long function, would seem to write into our read-only segment.
 */
async function freeSpace(
  reader: BoundedReader,
  layout: Layout,
  { symbols }: Tables,
  holdsProgramHeaders: boolean,
): Promise<number> {
  if (symbols === undefined) return 0;
  const limit = holdsProgramHeaders && isProgram(layout) ? MAX_HOLE : endOfMemory(layout);
  return (await largestSymbol(reader, layout, symbols, limit)) + 1;
}

/** The dynamic section in its old place; in the segment it is a piece. */
function dynamicEdit(
  layout: Layout,
  entries: readonly DynamicValue[],
  segment: SegmentPlan | undefined,
): Edit[] {
  if (segment?.dynamic !== undefined) return [];
  const { offset, fileSize } = layout.dynamicSegment;
  const size = fileSize - (fileSize % dynamicEntrySize(layout));
  return [{ offset, bytes: encodeDynamic(entries, size, layout), what: 'the dynamic section' }];
}

/** The program header table in its old place, or the file header's fields that say where it is now. */
function headerEdits(
  layout: Layout,
  count: number,
  bytes: Uint8Array,
  segment: SegmentPlan | undefined,
): Edit[] {
  const wide = layout.class === 64;
  const what = 'the program header table';
  const counted =
    count === layout.programHeaders.length
      ? []
      : [{ offset: wide ? 0x38 : 0x2c, bytes: encodeU16(count, layout), what: 'e_phnum' }];
  if (segment?.programHeaders === undefined)
    return [...counted, { offset: layout.programHeaderOffset, bytes, what }];
  const moved = {
    offset: wide ? 0x20 : 0x1c,
    bytes: encodeWord(segment.programHeaders.offset, layout),
    what: 'e_phoff',
  };
  return [...counted, moved];
}

function sectionTableEdit(layout: Layout, offset: number): Edit[] {
  if (offset === layout.sectionHeaderOffset) return [];
  const field = layout.class === 64 ? 0x28 : 0x20;
  return [{ offset: field, bytes: encodeWord(offset, layout), what: 'e_shoff' }];
}

function piecesOf(
  layout: Layout,
  tables: Tables,
  segment: SegmentPlan,
  { growth }: StringPlacement,
  entries: readonly DynamicValue[],
  headerBytes: Uint8Array,
): Piece[] {
  const pieces: Piece[] = segment.parts.map(({ part, to }) => ({
    offset: to.offset,
    size: to.size,
    what: part.what,
    from: part.offset,
  }));
  if (segment.programHeaders !== undefined) {
    pieces.push({ ...segment.programHeaders, what: 'the program header table', bytes: headerBytes });
  }
  if (segment.dynamic !== undefined) {
    const bytes = encodeDynamic(entries, segment.dynamic.size, layout);
    pieces.push({ ...segment.dynamic, what: 'the dynamic section', bytes });
  }
  if (segment.strings !== undefined) {
    const { offset, size } = segment.strings;
    const keep = growth?.keep ?? tables.strings.size;
    const added = growth?.added ?? new Uint8Array();
    pieces.push({ offset, size: keep, what: 'the string table', from: tables.strings.offset });
    if (size > keep)
      pieces.push({ offset: offset + keep, size: size - keep, what: 'new strings', bytes: added });
  }
  return pieces.sort((a, b) => a.offset - b.offset);
}
