import type { ByteSource, Section } from '@wheelwright/elf';

const block = 1 << 20;
/** Section type SHT_NOBITS (gABI, "Sections"): no bytes in the file, as in split debug files. */
const noBits = 8;

/** A part of a section, with the beginning of the next behind it, so that nothing that is looked for is cut in two. */
export interface SectionBlock {
  readonly bytes: Buffer;
  /** How much of it belongs to this block: what begins behind that is met again with the next. */
  readonly own: number;
}

/** Whether a section has bytes in the file. */
export function hasBytes({ type }: Section): boolean {
  return type !== noBits;
}

/**
 * Reads sections of these names block by block, in the order of the file.
 * @param overlap - how many bytes a block shares with the next
 * @param most - bytes after which no more is read
 */
export async function* sectionBlocks(
  source: ByteSource,
  sections: readonly Section[],
  {
    names,
    overlap,
    most,
  }: { readonly names: ReadonlySet<string>; readonly overlap: number; readonly most: number },
): AsyncGenerator<SectionBlock> {
  let left = most;
  const wanted = sections.filter(
    (section) => names.has(section.name) && hasBytes(section) && section.offset + section.size <= source.size,
  );
  for (const { offset, size } of wanted.toSorted((one, other) => one.offset - other.offset)) {
    const end = offset + Math.min(size, left);
    for (let at = offset; at < end; at += block) {
      const length = Math.min(block + overlap, end - at);
      yield { bytes: Buffer.from(await source.read(at, length)), own: Math.min(block, length) };
    }
    left -= end - offset;
  }
}
