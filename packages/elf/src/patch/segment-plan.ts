import { DT, PT } from '../constants.js';
import type { Movable } from './movable.js';
import type { OwnSegment } from './own-segment.js';
import { programHeaderSize, type Layout } from './layout.js';
import type { HeaderRoom } from './header-room.js';

/** What goes into the appended segment, in this order; a piece's own bytes are made later. */
export interface Contents {
  /** Bytes of the program header table where it has to be here. */
  readonly programHeaders: number | undefined;
  readonly parts: readonly Movable[];
  /** Bytes of the dynamic section where it has to be here. */
  readonly dynamic: number | undefined;
  /** Bytes of the string table where it has to be here. */
  readonly strings: number | undefined;
}

/** A place in the patched file and in memory. */
export interface Place {
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

/** The appended segment, laid out. */
export interface SegmentPlan extends Place {
  readonly align: number;
  readonly writable: boolean;
  readonly programHeaders: Place | undefined;
  /** Where each of the parts goes, in their order. */
  readonly parts: readonly { readonly part: Movable; readonly to: Place }[];
  readonly dynamic: Place | undefined;
  readonly strings: Place | undefined;
}

const PF_W = 2;

/**
 * Lays the appended segment out: behind everything in memory, and behind everything in the file, so that nothing
 * which code refers to changes its place. With a segment of an earlier patch it is that one, anew.
 *
 * @param gap - bytes of memory that stay free in front of a new one, where they can
 */
export function planSegment(
  layout: Layout,
  own: OwnSegment | undefined,
  contents: Contents,
  gap: number,
): SegmentPlan {
  const align = own?.header.align ?? largestAlignment(layout);
  const start = own?.header ?? freePlace(layout, align, contents.programHeaders !== undefined, gap);
  let at = start.offset;
  const take = (size: number, alignment: number): Place => {
    at = roundUp(at, alignment);
    const place = { offset: at, address: start.address + (at - start.offset), size };
    at += size;
    return place;
  };
  const word = layout.class / 8;
  const optional = (size: number | undefined, alignment: number): Place | undefined =>
    size === undefined ? undefined : take(size, alignment);
  const programHeaders = optional(contents.programHeaders, word);
  const parts = contents.parts.map((part) => ({ part, to: take(part.size, part.align) }));
  const dynamic = optional(contents.dynamic, word);
  const strings = optional(contents.strings, 1);
  const writable = dynamic !== undefined || ((own?.header.flags ?? 0) & PF_W) !== 0;
  return {
    offset: start.offset,
    address: start.address,
    size: at - start.offset,
    align,
    writable,
    programHeaders,
    parts,
    dynamic,
    strings,
  };
}

/** What the segment holds, once it is known whether the tables have to move. */
export function contentsOf(
  layout: Layout,
  own: OwnSegment | undefined,
  room: HeaderRoom,
  sizes: {
    readonly headers: number;
    readonly dynamic: number | undefined;
    readonly strings: number | undefined;
  },
): Contents {
  const moves = room.kind === 'moves' || own?.holdsProgramHeaders === true;
  return {
    programHeaders: moves ? sizes.headers * programHeaderSize(layout) : undefined,
    parts: [...(own?.parts ?? []), ...(room.kind === 'stays' ? room.evicted : [])],
    dynamic: sizes.dynamic,
    strings: sizes.strings,
  };
}

/** The file's own page size, as its linker assumed it: 4 KiB, or 16 or 64 on other architectures. */
function largestAlignment({ programHeaders }: Layout): number {
  return Math.max(4096, ...programHeaders.filter(({ type }) => type === PT.LOAD).map(({ align }) => align));
}

/** Pieces begin at multiples of this, the largest alignment that any of them has. */
const PIECE_ALIGNMENT = 16;

/**
 * The first place that is free in memory and in the file. A loader maps whole pages, so the two have to be the same
 * modulo the page size.
 *
 * A program whose header table moves needs more: kernels before 5.18 tell it where the table is by e_phoff and the
 * first segment alone, so the table has to be as far from there in memory as it is in the file. Then the file is
 * padded (with a hole) by what the program has in memory beyond its file.
 */
function freePlace(
  layout: Layout,
  align: number,
  holdsProgramHeaders: boolean,
  gap: number,
): { offset: number; address: number } {
  const loads = layout.programHeaders.filter(({ type }) => type === PT.LOAD);
  const end = endOfMemory(layout);
  const memoryEnd = roundUp(layout.class === 32 && end + gap > MAX_NARROW ? end : end + gap, align);
  const fileEnd = roundUp(layout.fileSize, PIECE_ALIGNMENT);
  const first = loads[0];
  if (holdsProgramHeaders && first !== undefined && isProgram(layout)) {
    const shift = first.address - first.offset;
    const address = Math.max(memoryEnd, roundUp(fileEnd + shift, align));
    return { offset: address - shift, address };
  }
  return { offset: fileEnd, address: memoryEnd + (fileEnd % align) };
}

/** Where a 32-bit system's own part of the address space may begin. */
const MAX_NARROW = 0x7fff_ffff;

/** Where the last segment ends in memory. */
export function endOfMemory({ programHeaders }: Layout): number {
  const loads = programHeaders.filter(({ type }) => type === PT.LOAD);
  return Math.max(0, ...loads.map(({ address, memorySize }) => address + memorySize));
}

const ET_EXEC = 2;
const DF_1_PIE = 0x8000000n;

/** Whether the kernel starts the file itself, instead of a loader that has read the file header. */
export function isProgram(layout: Layout): boolean {
  return (
    layout.type === ET_EXEC ||
    layout.programHeaders.some(({ type }) => type === PT.INTERP) ||
    layout.dynamic.some(({ tag, value }) => tag === DT.FLAGS_1 && (value & DF_1_PIE) !== 0n)
  );
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
