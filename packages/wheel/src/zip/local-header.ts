import { type Entry, type LocalFileHeader, parseExtraFields, type ZipFile } from 'yauzl';
import { quoted, WheelError } from '../error.js';
import { archiveError, type CentralEntry } from './central-directory.js';
import { EXTRA_ZIP64, FLAG_DATA_DESCRIPTOR, FLAG_ENCRYPTED, IN_ZIP64 } from './constants.js';

/**
 * Reads a member's local header and refuses one that contradicts the central directory: a program that reads
 * the archive from its start would see another file than one that reads the directory. Gives the offset of the
 * member's data. Throws `header-mismatch` or `bad-archive`.
 */
export async function locateData(zip: ZipFile, file: CentralEntry): Promise<number> {
  try {
    const { offset, compressedSize } = file;
    // All that yauzl looks at of its own entry, which is ten times as large as ours.
    const entry: Pick<Entry, 'relativeOffsetOfLocalHeader' | 'compressedSize'> = {
      relativeOffsetOfLocalHeader: offset,
      compressedSize,
    };
    const header = await zip.readLocalFileHeaderPromise(entry as Entry);
    const difference = differenceBetween(file, header);
    if (difference !== undefined) {
      throw new WheelError(
        'header-mismatch',
        `${quoted(file.name)}: its local header and the central directory differ in ${difference}`,
        { member: file.name },
      );
    }
    return header.fileDataStart;
  } catch (error) {
    throw archiveError(error, `the local header of ${quoted(file.name)} cannot be read`, file.name);
  }
}

function differenceBetween(entry: CentralEntry, header: LocalFileHeader): string | undefined {
  // The name was decoded strictly: it has no other bytes than these.
  if (!Buffer.from(entry.name).equals(header.fileName)) return 'their name';
  if (header.compressionMethod !== entry.method) return 'their method';
  if ((header.generalPurposeBitFlag & FLAG_ENCRYPTED) !== 0) return 'their encryption flag';
  // With a data descriptor the local fields are zero (4.4.4); the index refuses that, readers don't have to.
  if ((header.generalPurposeBitFlag & FLAG_DATA_DESCRIPTOR) !== 0) return undefined;
  if (header.crc32 !== entry.crc32) return 'their CRC';
  const sizes = localSizes(header);
  if (sizes.size !== entry.size || sizes.compressedSize !== entry.compressedSize) return 'their sizes';
  return undefined;
}

/** The sizes of a local header, from its ZIP64 extra where the 32-bit fields say so (4.5.3). */
function localSizes(header: LocalFileHeader): { size: number; compressedSize: number } {
  let size = header.uncompressedSize;
  let compressedSize = header.compressedSize;
  const extra = parseExtraFields(header.extraField).find(({ id }) => id === EXTRA_ZIP64)?.data;
  if (extra !== undefined) {
    const values = [0, 8]
      .filter((at) => at + 8 <= extra.length)
      .map((at) => Number(extra.readBigUInt64LE(at)));
    if (size === IN_ZIP64) size = values.shift() ?? size;
    if (compressedSize === IN_ZIP64) compressedSize = values.shift() ?? compressedSize;
  }
  return { size, compressedSize };
}
