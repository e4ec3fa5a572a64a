import { type ByteSource, readExactly } from '../byte-source.js';
import { quoted, WheelError, type WheelErrorCode } from '../error.js';
import type { CentralEntry } from './central-directory.js';
import { FLAG_DATA_DESCRIPTOR, FLAG_ENCRYPTED } from './constants.js';
import { LOCAL_LENGTH, localHeaderLengthAt, type RawHeader, readLocalHeader } from './raw-header.js';

/** The longest extra field that is read along with the fixed part and the name: most have none, or a ZIP64 one. */
export const USUAL_EXTRA = 64;

/**
 * Reads a member's local header and refuses one that contradicts the central directory: a program that reads
 * the archive from its start would see another file than one that reads the directory. Gives the offset of the
 * member's data. Throws `header-mismatch` or `bad-archive`.
 */
export async function locateData(source: ByteSource, file: CentralEntry): Promise<number> {
  const usual = LOCAL_LENGTH + Buffer.byteLength(file.name) + USUAL_EXTRA;
  let bytes = await headerBytes(source, file, usual);
  const length = localHeaderLengthAt(bytes) ?? 0;
  if (length > bytes.length) bytes = await headerBytes(source, file, length);
  return file.offset + checkedLocalHeader(bytes, file).length;
}

/**
 * The local header at the start of some bytes, compared with the central directory.
 * Throws as {@link locateData} does, also where the bytes don't hold all of it.
 */
export function checkedLocalHeader(bytes: Buffer, file: CentralEntry): RawHeader {
  const header = readLocalHeader(bytes);
  const refuse = (code: WheelErrorCode, message: string): WheelError =>
    new WheelError(code, `${quoted(file.name)}: its local header ${message}`, { member: file.name });
  if (header === undefined) throw refuse('bad-archive', `is not at ${file.offset}, or cut short`);
  if (header.extraCut) throw refuse('bad-archive', 'has an extra field that is cut short');
  const difference = differenceBetween(file, header);
  if (difference !== undefined)
    throw refuse('header-mismatch', `and the central directory differ in ${difference}`);
  return header;
}

async function headerBytes(source: ByteSource, { offset }: CentralEntry, length: number): Promise<Buffer> {
  return Buffer.from(await readExactly(source, offset, Math.min(length, source.size - offset)));
}

function differenceBetween(entry: CentralEntry, header: RawHeader): string | undefined {
  // The name was decoded strictly: it has no other bytes than these.
  if (!Buffer.from(entry.name).equals(header.nameBytes)) return 'their name';
  if (header.method !== entry.method) return 'their method';
  if ((header.flags & FLAG_ENCRYPTED) !== 0) return 'their encryption flag';
  // With a data descriptor the local fields are zero (4.4.4); the index refuses that, readers don't have to.
  if ((header.flags & FLAG_DATA_DESCRIPTOR) !== 0) return undefined;
  if (header.crc32 !== entry.crc32) return 'their CRC';
  const { size, compressedSize } = header;
  return size === entry.size && compressedSize === entry.compressedSize ? undefined : 'their sizes';
}
