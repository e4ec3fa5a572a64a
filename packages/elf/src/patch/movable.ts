import { DT, PT, SHT } from '../constants.js';
import type { Layout, ProgramHeader, SectionHeader } from './layout.js';

/** A range of the file, loaded at an address, that nothing but headers and the dynamic section refers to. */
export interface Movable {
  readonly offset: number;
  readonly address: number;
  readonly size: number;
  readonly align: number;
  readonly what: string;
}

/** Section types which code never refers to: it finds them through the dynamic section or a program header. */
const MOVABLE_SECTIONS: ReadonlySet<number> = new Set([
  SHT.NOTE,
  SHT.HASH,
  SHT.DYNSYM,
  SHT.GNU_HASH,
  SHT.GNU_VERDEF,
  SHT.GNU_VERNEED,
  SHT.GNU_VERSYM,
]);
const MOVABLE_SEGMENTS: ReadonlySet<number> = new Set([PT.INTERP, PT.NOTE, PT.GNU_PROPERTY]);

/**
 * What of a file can stand elsewhere: notes, the interpreter's name, hash, symbol and version tables. Pieces that
 * overlap (a note, and the segment that holds it) are one. Without section headers only what program headers name
 * is known, since nothing else tells where a table ends.
 *
 * In the order of their offsets.
 */
export function movableParts(layout: Layout): Movable[] {
  const strings = Number(layout.dynamic.find(({ tag }) => tag === DT.STRTAB)?.value ?? -1);
  const parts = [
    ...layout.programHeaders
      .filter(({ type, fileSize }) => MOVABLE_SEGMENTS.has(type) && fileSize > 0)
      .map(fromSegment),
    ...allocated(layout)
      .filter(({ type, address }) => MOVABLE_SECTIONS.has(type) && address !== strings)
      .map(fromSection),
  ].sort((a, b) => a.offset - b.offset);
  const merged: Movable[] = [];
  for (const part of parts) {
    const last = merged.at(-1);
    if (last === undefined || part.offset >= last.offset + last.size) {
      merged.push(part);
      continue;
    }
    merged[merged.length - 1] = {
      ...last,
      size: Math.max(last.size, part.offset + part.size - last.offset),
      align: Math.max(last.align, part.align),
    };
  }
  const fixed = allocated(layout).filter(
    ({ type, offset }) => !MOVABLE_SECTIONS.has(type) && !isInterpreter(layout, offset),
  );
  return merged.filter((part) => !fixed.some((section) => overlap(part, section)));
}

/** The sections that are loaded and have bytes in the file. */
export function allocated({ sections }: Layout): SectionHeader[] {
  return sections.filter(isAllocated);
}

export function isAllocated({ type, flags, size }: SectionHeader): boolean {
  return (flags & SHF_ALLOC) !== 0n && type !== SHT.NOBITS && size > 0;
}

const SHF_ALLOC = 2n;

export function overlap(
  a: { readonly offset: number; readonly size: number },
  b: { readonly offset: number; readonly size: number },
): boolean {
  return a.offset < b.offset + b.size && b.offset < a.offset + a.size;
}

function isInterpreter(layout: Layout, offset: number): boolean {
  return layout.programHeaders.some((segment) => segment.type === PT.INTERP && segment.offset === offset);
}

function fromSegment({ type, offset, address, fileSize, align }: ProgramHeader): Movable {
  const what = type === PT.INTERP ? 'the interpreter' : 'notes';
  return { offset, address, size: fileSize, align: Math.max(align, 1), what };
}

function fromSection({ type, offset, address, size, align }: SectionHeader): Movable {
  const what =
    type === SHT.NOTE
      ? 'notes'
      : type === SHT.DYNSYM
        ? 'the symbol table'
        : type === SHT.HASH || type === SHT.GNU_HASH
          ? 'a hash table'
          : 'a version table';
  return { offset, address, size, align: Math.max(align, 1), what };
}
