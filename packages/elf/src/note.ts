import type { BoundedReader } from './bounded-reader.js';
import { EM, GNU_PROPERTY_X86_ISA_1_NEEDED, NT } from './constants.js';
import { Cursor } from './cursor.js';
import { ElfError } from './error.js';
import type { FileHeader } from './file-header.js';
import { MAX_NOTES, MAX_PATH_LENGTH } from './limits.js';
import type { Segment } from './program-header.js';

/** What the notes say that is of interest here. */
export interface Notes {
  /** NT_GNU_BUILD_ID in hexadecimal. */
  readonly buildId: string | undefined;
  /** The x86 level that the code needs, as compilers call it: `x86-64`, `x86-64-v2` ... */
  readonly isa: string | undefined;
}

const GNU = Buffer.from('GNU\0');

/** Reads the notes of the PT_NOTE segments (gABI, "Note Section"): those that GNU tools wrote. */
export async function readNotes(
  reader: BoundedReader,
  header: FileHeader,
  segments: readonly Segment[],
): Promise<Notes> {
  let buildId: string | undefined;
  let level = 0;
  for (const segment of segments) {
    for await (const { type, offset, size } of gnuNotes(reader, header, segment)) {
      if (type === NT.GNU_BUILD_ID) {
        buildId ??= Buffer.from(await reader.read(offset, size, 'NT_GNU_BUILD_ID')).toString('hex');
      }
      if (type === NT.GNU_PROPERTY_TYPE_0 && header.machine === EM.X86_64) {
        const properties = await reader.read(offset, size, 'NT_GNU_PROPERTY_TYPE_0');
        level = Math.max(level, isaLevel(properties, header));
      }
    }
  }
  return { buildId, isa: level === 0 ? undefined : level === 1 ? 'x86-64' : `x86-64-v${level}` };
}

interface Note {
  readonly type: number;
  readonly offset: number;
  readonly size: number;
}

/** Name and content are padded to the segment's alignment: 4 bytes, or 8 for properties in 64-bit files. */
async function* gnuNotes(reader: BoundedReader, header: FileHeader, segment: Segment): AsyncGenerator<Note> {
  const structure = 'a note';
  const alignment = segment.align === 8 ? 8 : 4;
  const padded = (size: number): number => Math.ceil(size / alignment) * alignment;
  const end = segment.offset + segment.fileSize;
  reader.check(segment.offset, segment.fileSize, 'PT_NOTE');
  let left = MAX_NOTES;
  for (let at = segment.offset; at + 12 <= end; ) {
    if (left-- === 0)
      throw new ElfError('too-large', 'a segment has more notes than any tool writes', {
        offset: at,
        structure,
        expected: `at most ${MAX_NOTES}`,
      });
    const cursor = new Cursor(await reader.read(at, 12, structure), header, structure);
    const nameSize = cursor.u32();
    const size = cursor.u32();
    const type = cursor.u32();
    const offset = segment.offset + padded(at + 12 + nameSize - segment.offset);
    if (offset + size > end) {
      throw new ElfError('malformed', `a note of ${size} bytes leads beyond its segment`, {
        offset: at,
        structure,
        expected: `an end before offset ${end}`,
      });
    }
    const isGnu = nameSize === GNU.length && GNU.equals(await reader.read(at + 12, nameSize, structure));
    if (isGnu && size <= MAX_PATH_LENGTH) yield { type, offset, size };
    at = segment.offset + padded(offset + size - segment.offset);
  }
}

/** The highest level among the ISA bits of a property array (x86-64 psABI, "Program Property"). */
function isaLevel(properties: Uint8Array, header: FileHeader): number {
  const structure = 'NT_GNU_PROPERTY_TYPE_0';
  let level = 0;
  for (let at = 0; at + 8 <= properties.length; ) {
    const cursor = new Cursor(properties, header, structure, at);
    const type = cursor.u32();
    const size = cursor.u32();
    if (type === GNU_PROPERTY_X86_ISA_1_NEEDED && size === 4) {
      const bits = cursor.u32() & 0xf;
      level = Math.max(level, 32 - Math.clz32(bits));
    }
    at += 8 + Math.ceil(size / 8) * 8;
  }
  return level;
}
