import { PT } from '../constants.js';
import { allocated, movableParts, overlap, type Movable } from './movable.js';
import { programHeaderSize, type Layout } from './layout.js';

/** Where the program header table goes when it grows by some entries. */
export type HeaderRoom =
  /** It stays; what stands in its way moves (often nothing, or the notes behind it). */
  | { readonly kind: 'stays'; readonly evicted: readonly Movable[] }
  /** What stands behind it can't move: the table itself has to. */
  | { readonly kind: 'moves' };

/** No structure of a linker is aligned to more: a gap this small in front of one is padding. */
const PADDING = 16;

/**
 * Decides it. The table stays wherever it can: tools such as strip put it behind the file header again, and the
 * kernel of CentOS 7 looks for a program's table there.
 */
export function roomForHeaders(layout: Layout, entries: number): HeaderRoom {
  const size = programHeaderSize(layout);
  const start = layout.programHeaderOffset + layout.programHeaders.length * size;
  const wanted = { offset: start, size: entries * size };
  const end = start + wanted.size;
  const load = layout.programHeaders.find(
    ({ type, offset, fileSize }) => type === PT.LOAD && offset <= start && start <= offset + fileSize,
  );
  if (end > (load === undefined ? layout.fileSize : load.offset + load.fileSize)) return { kind: 'moves' };

  const parts = movableParts(layout);
  const evicted = parts.filter((part) => overlap(part, wanted));
  const isCovered = (range: { readonly offset: number; readonly size: number }): boolean =>
    evicted.some(
      (part) => range.offset >= part.offset && range.offset + range.size <= part.offset + part.size,
    );
  const inTheWay = [
    ...allocated(layout),
    ...layout.programHeaders
      .filter(({ type }) => type !== PT.LOAD && type !== PT.PHDR && type !== PT.GNU_RELRO)
      .map(({ offset, fileSize }) => ({ offset, size: fileSize })),
    ...layout.programHeaders
      .filter(({ type, offset }) => type === PT.LOAD && offset >= start)
      .map(({ offset, fileSize }) => ({ offset, size: fileSize })),
    { offset: layout.sectionHeaderOffset, size: 1 },
  ].filter((range) => overlap(range, wanted));
  if (!inTheWay.every(isCovered)) return { kind: 'moves' };
  if (layout.sections.length === 0 && !coversAll(evicted, start, end)) return { kind: 'moves' };
  return { kind: 'stays', evicted };
}

/** Whether parts follow one another from `start` to `end`: without section headers, a gap may hold anything. */
function coversAll(parts: readonly Movable[], start: number, end: number): boolean {
  let covered = start;
  for (const { offset, size } of parts) {
    if (offset - covered >= PADDING) return false;
    covered = offset + size;
  }
  return covered >= end;
}
