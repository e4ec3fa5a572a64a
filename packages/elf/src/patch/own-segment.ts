import { PT } from '../constants.js';
import { allocated, movableParts, overlap, type Movable } from './movable.js';
import { programHeaderSize, sectionHeaderSize, type Layout, type ProgramHeader } from './layout.js';

/** A segment at the file's end which holds only what a patch puts there, so that it can be laid out anew. */
export interface OwnSegment {
  readonly header: ProgramHeader;
  readonly holdsProgramHeaders: boolean;
  readonly holdsDynamic: boolean;
  /** What else is in it, apart from the string table. */
  readonly parts: readonly Movable[];
}

/** Alignment leaves fewer bytes between two pieces; where sections don't tell what is there, fewer still. */
const MAX_GAP = 16;
const MAX_UNTOLD_GAP = 8;

/**
 * Finds the segment that an earlier patch (ours, or one like it) appended: the last one in the file and in memory,
 * which holds the dynamic string table, and every byte of which is known to be movable. A segment of a linker that
 * looks the same may be laid out anew just as well.
 */
export function findOwnSegment(
  layout: Layout,
  strings: { readonly offset: number; readonly size: number },
): OwnSegment | undefined {
  const loads = layout.programHeaders.filter(({ type }) => type === PT.LOAD);
  const header = loads.at(-1);
  if (header === undefined || loads.length < 2) return undefined;
  const range = { offset: header.offset, size: header.fileSize };
  const inside = (part: { offset: number; size: number }): boolean =>
    part.offset >= range.offset && part.offset + part.size <= range.offset + range.size;
  const isLast =
    layout.fileSize - (header.offset + header.fileSize) < MAX_GAP &&
    header.fileSize === header.memorySize &&
    loads.every(({ address }) => address <= header.address);
  if (!isLast || !inside(strings)) return undefined;

  const table = {
    offset: layout.programHeaderOffset,
    size: layout.programHeaders.length * programHeaderSize(layout),
  };
  const dynamic = { offset: layout.dynamicSegment.offset, size: layout.dynamicSegment.fileSize };
  const parts = [...movableParts(layout), ...sectionHeaderTable(layout, header)]
    .filter((part) => overlap(part, range))
    .sort((a, b) => a.offset - b.offset);
  const known = [...parts, strings, ...[table, dynamic].filter((part) => overlap(part, range))];
  const isKnown = ({ offset }: { offset: number }): boolean =>
    known.some((part) => offset >= part.offset && offset < part.offset + part.size);
  if (
    !known.every(inside) ||
    !allocated(layout)
      .filter((section) => overlap(section, range))
      .every(isKnown)
  ) {
    return undefined;
  }
  const gap = layout.sections.length > 0 ? MAX_GAP : MAX_UNTOLD_GAP;
  let covered = range.offset;
  for (const part of known.sort((a, b) => a.offset - b.offset)) {
    if (part.offset - covered >= gap) return undefined;
    covered = Math.max(covered, part.offset + part.size);
  }
  if (range.offset + range.size - covered >= gap) return undefined;
  return { header, holdsProgramHeaders: inside(table), holdsDynamic: inside(dynamic), parts };
}

/** patchelf puts the section headers there too. No loader reads them: they can stand anywhere. */
function sectionHeaderTable(layout: Layout, segment: ProgramHeader): Movable[] {
  if (layout.sections.length === 0) return [];
  const offset = layout.sectionHeaderOffset;
  const size = layout.sections.length * sectionHeaderSize(layout);
  const address = segment.address + (offset - segment.offset);
  return [{ offset, address, size, align: layout.class / 8, what: 'the section header table' }];
}
