import type { BoundedReader } from './bounded-reader.js';
import { PN_XNUM } from './constants.js';
import { Cursor } from './cursor.js';
import { decodeProgramHeader } from './decode.js';
import { ElfError } from './error.js';
import type { FileHeader } from './file-header.js';
import { MAX_SEGMENTS } from './limits.js';
import { readFirstSection } from './section-header.js';

/** A segment (gABI, "Program Header"). */
export interface Segment {
  /** `p_type` as a number. */
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly fileSize: number;
  readonly align: number;
  readonly executable: boolean;
}

/**
 * Reads the program headers. `e_phoff`, `e_phentsize` and `e_phnum` are checked against the class and the file
 * before anything is decoded.
 */
export async function readSegments(reader: BoundedReader, header: FileHeader): Promise<readonly Segment[]> {
  const { phoff, phentsize } = header.decoded;
  const count = await programHeaderCount(reader, header);
  if (phoff === 0 || count === 0) return [];
  const size = header.class === 32 ? 32 : 56;
  if (phentsize !== size) {
    throw new ElfError('malformed', `e_phentsize is ${phentsize}`, {
      offset: header.class === 32 ? 42 : 54,
      structure: 'e_phentsize',
      expected: `${size}, the size of an entry in a ${header.class}-bit file`,
    });
  }
  if (count > MAX_SEGMENTS) {
    throw new ElfError('too-large', `e_phnum says that there are ${count} segments`, {
      offset: header.class === 32 ? 44 : 56,
      structure: 'e_phnum',
      expected: `at most ${MAX_SEGMENTS}`,
    });
  }
  const table = await reader.read(phoff, count * size, 'the program header table');
  return Array.from({ length: count }, (_, index) => {
    const entry = table.subarray(index * size, (index + 1) * size);
    const { offset, vaddr, filesz, align, flags } = decodeProgramHeader(entry, header.decoded);
    const type = new Cursor(entry, header, 'a program header').u32();
    return { type, offset, address: vaddr, fileSize: filesz, align, executable: flags.x === true };
  });
}

/** A count of 65535 or more is in `sh_info` of the first section header. */
async function programHeaderCount(reader: BoundedReader, header: FileHeader): Promise<number> {
  const { phnum, shoff } = header.decoded;
  if (phnum !== PN_XNUM || shoff === 0) return phnum;
  return (await readFirstSection(reader, header)).info;
}

/** The segments of one type, in the order of the file. */
export function segmentsOf(segments: readonly Segment[], type: number): Segment[] {
  return segments.filter((segment) => segment.type === type);
}
