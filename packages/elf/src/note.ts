import type { BoundedReader } from './bounded-reader.js';
import { NT, PT } from './constants.js';
import { Cursor } from './cursor.js';
import { ElfError } from './error.js';
import type { FileHeader } from './file-header.js';
import { readGnuProperties, type GnuProperties } from './gnu-property.js';
import { MAX_NOTES, MAX_PATH_LENGTH, MAX_PROPERTY_NOTES } from './limits.js';
import { segmentsOf, type Segment } from './program-header.js';

/** The oldest kernel that a file runs on. @public */
export interface AbiTag {
  readonly os: string;
  /** Such as `3.2.0`. */
  readonly version: string;
}

/** What the notes say that is of interest here. */
export interface Notes extends GnuProperties {
  /** NT_GNU_BUILD_ID in hexadecimal. */
  readonly buildId: string | undefined;
  /** NT_GNU_ABI_TAG (LSB, "Note Section"). */
  readonly abiTag: AbiTag | undefined;
}

const GNU = Buffer.from('GNU\0');
const ABI_TAG_SYSTEMS = ['Linux', 'Hurd', 'Solaris', 'FreeBSD', 'NetBSD', 'Syllable', 'NaCl'];

/** Reads the notes of a file (gABI, "Note Section"): those that GNU tools wrote, by PT_NOTE and PT_GNU_PROPERTY. */
export async function readNotes(
  reader: BoundedReader,
  header: FileHeader,
  segments: readonly Segment[],
): Promise<Notes> {
  let buildId: string | undefined;
  let abiTag: AbiTag | undefined;
  const properties: Uint8Array[] = [];
  // Segments may overlap: the notes of all of them are counted.
  let left = MAX_NOTES;
  for (const segment of noteSegments(segments)) {
    for await (const { name, type, offset, size } of notesOf(reader, header, segment)) {
      if (left-- === 0) {
        throw new ElfError('too-large', 'there are more notes than any tool writes', {
          offset,
          structure: 'a note',
          expected: `at most ${MAX_NOTES}`,
        });
      }
      if (!GNU.equals(name) || size > MAX_PATH_LENGTH) continue;
      const content = (structure: string): Promise<Uint8Array> => reader.read(offset, size, structure);
      if (type === NT.GNU_BUILD_ID) buildId ??= Buffer.from(await content('NT_GNU_BUILD_ID')).toString('hex');
      if (type === NT.GNU_ABI_TAG && size >= 16)
        abiTag ??= readAbiTag(await content('NT_GNU_ABI_TAG'), header);
      if (type === NT.GNU_PROPERTY_TYPE_0 && properties.length < MAX_PROPERTY_NOTES) {
        properties.push(await content('NT_GNU_PROPERTY_TYPE_0'));
      }
    }
  }
  return { buildId, abiTag, ...readGnuProperties(properties, header) };
}

/** The segments that hold notes. PT_GNU_PROPERTY, of which there is one, mostly repeats what a PT_NOTE holds. */
function noteSegments(segments: readonly Segment[]): Segment[] {
  const notes = segmentsOf(segments, PT.NOTE);
  const [property] = segmentsOf(segments, PT.GNU_PROPERTY);
  if (property === undefined || notes.some((note) => contains(note, property.offset))) return notes;
  return [...notes, property];
}

function contains({ offset, fileSize }: Segment, place: number): boolean {
  return offset <= place && place < offset + fileSize;
}

function readAbiTag(bytes: Uint8Array, header: FileHeader): AbiTag {
  const cursor = new Cursor(bytes, header, 'NT_GNU_ABI_TAG');
  const os = cursor.u32();
  return {
    os: ABI_TAG_SYSTEMS[os] ?? `unknown (0x${os.toString(16)})`,
    version: `${cursor.u32()}.${cursor.u32()}.${cursor.u32()}`,
  };
}

interface Note {
  readonly name: Uint8Array;
  readonly type: number;
  readonly offset: number;
  readonly size: number;
}

/**
 * The notes of a segment, up to one that leads beyond it. Name and content are padded to the segment's alignment:
 * 4 bytes, or 8 for properties in 64-bit files.
 */
async function* notesOf(reader: BoundedReader, header: FileHeader, segment: Segment): AsyncGenerator<Note> {
  const structure = 'a note';
  const alignment = segment.align === 8 ? 8 : 4;
  const padded = (size: number): number => Math.ceil(size / alignment) * alignment;
  const end = segment.offset + segment.fileSize;
  reader.check(segment.offset, segment.fileSize, 'PT_NOTE');
  for (let at = segment.offset; at + 12 <= end; ) {
    const cursor = new Cursor(await reader.read(at, 12, structure), header, structure);
    const nameSize = cursor.u32();
    const size = cursor.u32();
    const type = cursor.u32();
    const offset = segment.offset + padded(at + 12 + nameSize - segment.offset);
    // A segment that a tool left behind when it moved the section, as old patchelfs did, holds anything: there are
    // no more notes in it, and no loader minds.
    if (offset + size > end) return;
    const name = await reader.read(at + 12, Math.min(nameSize, GNU.length + 1), structure);
    yield { name, type, offset, size };
    at = segment.offset + padded(offset + size - segment.offset);
  }
}
