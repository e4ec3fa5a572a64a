import type { BoundedReader } from './bounded-reader.js';
import { PT } from './constants.js';
import { ElfError } from './error.js';
import { MAX_NAME_LENGTH } from './limits.js';
import { segmentsOf, type Segment } from './program-header.js';
import { decode } from './string-table.js';

/** PT_INTERP (gABI, "Program Interpreter"): the path of the program that loads this one, up to its NUL. */
export async function readInterpreter(
  reader: BoundedReader,
  segments: readonly Segment[],
): Promise<string | undefined> {
  const [segment] = segmentsOf(segments, PT.INTERP);
  // A file of debug information has the segment, but no bytes for it.
  if (segment === undefined || segment.fileSize === 0) return undefined;
  const structure = 'PT_INTERP';
  const { offset, fileSize } = segment;
  reader.check(offset, fileSize, structure);
  const bytes = await reader.read(offset, Math.min(fileSize, MAX_NAME_LENGTH), structure);
  const end = bytes.indexOf(0);
  if (end !== -1) return decode(bytes.subarray(0, end));
  throw new ElfError('malformed', `${structure}: the path has no end`, {
    offset,
    structure,
    expected: `a NUL within ${bytes.length} bytes`,
  });
}
