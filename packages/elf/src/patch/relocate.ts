import { DT, PT } from '../constants.js';
import {
  programHeaderSize,
  type DynamicValue,
  type Layout,
  type ProgramHeader,
  type SectionHeader,
} from './layout.js';
import { isAllocated, overlap } from './movable.js';
import type { Place, SegmentPlan } from './segment-plan.js';
import type { Tables } from './tables.js';
import type { WantedEntry } from './wanted.js';

/** A range that stands elsewhere after the patch. Its size may be another one then. */
export interface Move {
  readonly from: Place;
  readonly to: Place;
}

/** All moves that the appended segment brings; none without it. */
export function movesOf(layout: Layout, { strings }: Tables, segment: SegmentPlan | undefined): Move[] {
  if (segment === undefined) return [];
  const { offset, address, fileSize } = layout.dynamicSegment;
  return [
    ...segment.parts.map(({ part, to }) => ({ from: part, to })),
    ...(segment.dynamic === undefined
      ? []
      : [{ from: { offset, address, size: fileSize }, to: segment.dynamic }]),
    ...(segment.strings === undefined ? [] : [{ from: strings, to: segment.strings }]),
  ];
}

/** Where what stood at an offset of the original file is afterwards. */
export function movedOffset(moves: readonly Move[], offset: number): number {
  const move = moves.find(({ from }) => offset >= from.offset && offset < from.offset + from.size);
  return move === undefined ? offset : move.to.offset + (offset - move.from.offset);
}

function movedAddress(moves: readonly Move[], address: number): number {
  const move = moves.find(({ from }) => address >= from.address && address < from.address + from.size);
  return move === undefined ? address : move.to.address + (address - move.from.address);
}

const MOVING_SEGMENTS: ReadonlySet<number> = new Set([PT.INTERP, PT.NOTE, PT.GNU_PROPERTY, PT.DYNAMIC]);
const PF_R = 4;
const PF_W = 2;
const PF_X = 1;

/** The program headers after the patch: with the appended segment, the moved ranges and the stack's rights. */
export function patchedProgramHeaders(
  layout: Layout,
  segment: SegmentPlan | undefined,
  moves: readonly Move[],
  options: { readonly isNew: boolean; readonly clearExecStack: boolean },
): ProgramHeader[] {
  const headers = layout.programHeaders.map((header): ProgramHeader => {
    if (header.type === PT.GNU_STACK && options.clearExecStack)
      return { ...header, flags: header.flags & ~PF_X };
    if (!MOVING_SEGMENTS.has(header.type)) return header;
    const move = moves.find(
      ({ from }) =>
        header.fileSize > 0 && header.offset >= from.offset && header.offset < from.offset + from.size,
    );
    if (move === undefined) return header;
    const size = header.type === PT.DYNAMIC ? move.to.size : header.fileSize;
    return {
      ...header,
      ...placed(movedOffset(moves, header.offset), movedAddress(moves, header.address), size),
    };
  });
  if (segment === undefined) return headers;

  const load: ProgramHeader = {
    type: PT.LOAD,
    flags: segment.writable ? PF_R | PF_W : PF_R,
    ...placed(segment.offset, segment.address, segment.size),
    align: segment.align,
  };
  const last = headers.findLastIndex(({ type }) => type === PT.LOAD);
  const all = options.isNew ? headers.toSpliced(last + 1, 0, load) : headers.with(last, load);
  const table = segment.programHeaders;
  return all.map((header) => {
    if (header.type !== PT.PHDR) return header;
    const size = all.length * programHeaderSize(layout);
    return table === undefined
      ? { ...header, fileSize: size, memorySize: size }
      : { ...header, ...placed(table.offset, table.address, size) };
  });
}

function placed(
  offset: number,
  address: number,
  size: number,
): Omit<ProgramHeader, 'type' | 'flags' | 'align'> {
  return { offset, address, physicalAddress: address, fileSize: size, memorySize: size };
}

/** The section headers that change, by their number. */
export function patchedSections(
  layout: Layout,
  segment: SegmentPlan | undefined,
  moves: readonly Move[],
): Map<number, SectionHeader> {
  const changed = new Map<number, SectionHeader>();
  if (segment === undefined) return changed;
  for (const [number, section] of layout.sections.entries()) {
    if (!isAllocated(section)) continue;
    const move = moves.find(({ from }) => overlap(section, from));
    if (move === undefined) continue;
    const shift = section.offset - move.from.offset;
    const size = move.to.size === move.from.size ? section.size : move.to.size;
    const moved = { ...section, offset: move.to.offset + shift, address: move.to.address + shift, size };
    changed.set(number, moved);
  }
  return changed;
}

/** Dynamic entries that hold the address of something which can move. */
const ADDRESS_TAGS: ReadonlySet<number> = new Set([
  DT.HASH,
  DT.GNU_HASH,
  DT.STRTAB,
  DT.SYMTAB,
  DT.VERSYM,
  DT.VERDEF,
  DT.VERNEED,
]);

/** The entries of the dynamic section with their final values. */
export function patchedEntries(
  entries: readonly WantedEntry[],
  indexOf: ReadonlyMap<string, number>,
  moves: readonly Move[],
  segment: SegmentPlan | undefined,
): DynamicValue[] {
  return entries.map(({ tag, value, text }) => {
    if (text !== undefined) return { tag, value: BigInt(indexOf.get(text) ?? Number(value)) };
    if (tag === DT.STRSZ && segment?.strings !== undefined)
      return { tag, value: BigInt(segment.strings.size) };
    if (ADDRESS_TAGS.has(tag)) return { tag, value: BigInt(movedAddress(moves, Number(value))) };
    return { tag, value };
  });
}
