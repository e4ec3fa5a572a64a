import { quoted, WheelError } from '../error.js';
import { EXTRA_ZIP64, IN_ZIP64 } from '../zip/constants.js';
import { CENTRAL_LENGTH, LOCAL_LENGTH, type RawCentralHeader } from '../zip/raw-header.js';

/** Bytes of the old archive that go into the new one as they are. */
export interface CopyRange {
  readonly from: number;
  readonly length: number;
  readonly to: number;
}

/** How an archive without some of its members is made from the old one. */
export interface RewritePlan {
  /** Adjacent members come as one range; a first one at 0 is the prefix that both archives share. */
  readonly ranges: readonly CopyRange[];
  /** The central headers of what is kept, in the old order, with their new offsets. */
  readonly headers: readonly Buffer[];
  /** Where the kept members end, and new ones can begin. */
  readonly end: number;
}

/**
 * Plans a copy without the members that `replaced` names. A member's bytes reach up to the next one or the central
 * directory, so that whatever belongs to it is kept. Throws `overlapping-members` or `out-of-bounds`.
 */
export function planRewrite(
  entries: readonly RawCentralHeader[],
  start: number,
  replaced: (entry: RawCentralHeader) => boolean,
): RewritePlan {
  const sorted = [...entries].sort((a, b) => a.offset - b.offset);
  const ranges: CopyRange[] = [];
  const moved = new Map<RawCentralHeader, number>();
  let end = 0;
  for (const [index, entry] of sorted.entries()) {
    const next = sorted[index + 1]?.offset ?? start;
    if (entry.offset + LOCAL_LENGTH + entry.nameBytes.length + entry.compressedSize > next) {
      const code = index + 1 < sorted.length ? 'overlapping-members' : 'out-of-bounds';
      throw new WheelError(
        code,
        `${quoted(entry.nameBytes.toString())} reaches beyond ${next}, where it should end`,
      );
    }
    if (replaced(entry)) continue;
    moved.set(entry, end);
    const last = ranges.at(-1);
    const length = next - entry.offset;
    if (last !== undefined && last.from + last.length === entry.offset)
      ranges[ranges.length - 1] = { ...last, length: last.length + length };
    else ranges.push({ from: entry.offset, length, to: end });
    end += length;
  }
  const headers = entries.flatMap((entry) => {
    const offset = moved.get(entry);
    return offset === undefined ? [] : [withOffset(entry, offset)];
  });
  return { ranges, headers, end };
}

/** A central header with another offset, in its ZIP64 extra where it was there. Offsets only become smaller. */
function withOffset({ bytes }: RawCentralHeader, offset: number): Buffer {
  const header = Buffer.from(bytes);
  if (header.readUInt32LE(42) !== IN_ZIP64) {
    header.writeUInt32LE(offset, 42);
    return header;
  }
  // The extra holds size, compressed size and offset, each only where its 32-bit field says so (4.5.3).
  const before = [24, 20].filter((field) => header.readUInt32LE(field) === IN_ZIP64).length;
  const extraEnd = CENTRAL_LENGTH + header.readUInt16LE(28) + header.readUInt16LE(30);
  for (
    let at = CENTRAL_LENGTH + header.readUInt16LE(28);
    at + 4 <= extraEnd;
    at += 4 + header.readUInt16LE(at + 2)
  ) {
    if (header.readUInt16LE(at) === EXTRA_ZIP64) header.writeBigUInt64LE(BigInt(offset), at + 4 + 8 * before);
  }
  return header;
}
