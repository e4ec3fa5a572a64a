import {
  CENTRAL_HEADER,
  COUNT_IN_ZIP64,
  END_RECORD,
  EXTRA_ZIP64,
  FLAG_UTF8,
  IN_ZIP64,
  LOCAL_HEADER,
  MADE_ON_UNIX,
  METHOD_STORE,
  MODE_REGULAR,
  ZIP64_END_LOCATOR,
  ZIP64_END_RECORD,
} from './constants.js';

/** Date and time in the two 16-bit fields of a header (4.4.6). */
export interface DosTime {
  readonly date: number;
  readonly time: number;
}

/** All that the headers of one member say. */
export interface ArchiveEntry {
  readonly name: string;
  readonly mode: number;
  readonly method: number;
  readonly modified: DosTime;
  readonly crc32: number;
  readonly size: number;
  readonly compressedSize: number;
  /** Of the local header. */
  readonly offset: number;
}

const LOCAL_LENGTH = 30;
const CENTRAL_LENGTH = 46;
/** Identifier, length, and both sizes: the index refuses a local extra that holds only one of them. */
const ZIP64_SIZES_LENGTH = 20;

/**
 * The length of a member's local header. It depends on the size alone, so that the header's room can be left
 * before the data is written: what is stored is never longer than the content.
 */
export function localHeaderLength(name: string, size: number): number {
  return LOCAL_LENGTH + Buffer.byteLength(name) + (size >= IN_ZIP64 ? ZIP64_SIZES_LENGTH : 0);
}

/** A local file header (4.3.7), with the ZIP64 extra (4.5.3) only for a size that needs it. */
export function localHeader(entry: ArchiveEntry): Buffer {
  const extra = entry.size >= IN_ZIP64 ? zip64Extra([entry.size, entry.compressedSize]) : Buffer.alloc(0);
  const header = Buffer.alloc(LOCAL_LENGTH);
  header.writeUInt32LE(LOCAL_HEADER, 0);
  writeCommonFields(header, 4, entry, extra.length);
  return Buffer.concat([header, Buffer.from(entry.name), extra]);
}

/** A central directory header (4.3.12); its ZIP64 extra holds the sizes, the offset, or both. */
export function centralHeader(entry: ArchiveEntry): Buffer {
  const large = entry.size >= IN_ZIP64 ? [entry.size, entry.compressedSize] : [];
  const far = entry.offset >= IN_ZIP64 ? [entry.offset] : [];
  const extra = zip64Extra([...large, ...far]);
  const header = Buffer.alloc(CENTRAL_LENGTH);
  header.writeUInt32LE(CENTRAL_HEADER, 0);
  header.writeUInt16LE((MADE_ON_UNIX << 8) | Math.max(versionNeeded(entry), 20), 4);
  writeCommonFields(header, 6, entry, extra.length);
  header.writeUInt32LE(((MODE_REGULAR | entry.mode) << 16) >>> 0, 38);
  header.writeUInt32LE(Math.min(entry.offset, IN_ZIP64), 42);
  return Buffer.concat([header, Buffer.from(entry.name), extra]);
}

/** The records after the central directory (4.3.14 to 4.3.16); the ZIP64 ones only where a field needs them. */
export function endRecords(directory: { count: number; offset: number; size: number }): Buffer {
  const { count, offset, size } = directory;
  const end = Buffer.alloc(22);
  end.writeUInt32LE(END_RECORD, 0);
  end.writeUInt16LE(Math.min(count, COUNT_IN_ZIP64), 8);
  end.writeUInt16LE(Math.min(count, COUNT_IN_ZIP64), 10);
  end.writeUInt32LE(Math.min(size, IN_ZIP64), 12);
  end.writeUInt32LE(Math.min(offset, IN_ZIP64), 16);
  if (count < COUNT_IN_ZIP64 && size < IN_ZIP64 && offset < IN_ZIP64) return end;

  const record = Buffer.alloc(56);
  record.writeUInt32LE(ZIP64_END_RECORD, 0);
  record.writeBigUInt64LE(44n, 4);
  record.writeUInt16LE((MADE_ON_UNIX << 8) | 45, 12);
  record.writeUInt16LE(45, 14);
  record.writeBigUInt64LE(BigInt(count), 24);
  record.writeBigUInt64LE(BigInt(count), 32);
  record.writeBigUInt64LE(BigInt(size), 40);
  record.writeBigUInt64LE(BigInt(offset), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(ZIP64_END_LOCATOR, 0);
  locator.writeBigUInt64LE(BigInt(offset + size), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([record, locator, end]);
}

/** From 'version needed' to 'extra field length' both headers have the same fields. */
function writeCommonFields(header: Buffer, at: number, entry: ArchiveEntry, extraLength: number): void {
  const large = entry.size >= IN_ZIP64;
  header.writeUInt16LE(versionNeeded(entry), at);
  header.writeUInt16LE(isAscii(entry.name) ? 0 : FLAG_UTF8, at + 2);
  header.writeUInt16LE(entry.method, at + 4);
  header.writeUInt16LE(entry.modified.time, at + 6);
  header.writeUInt16LE(entry.modified.date, at + 8);
  header.writeUInt32LE(entry.crc32, at + 10);
  header.writeUInt32LE(large ? IN_ZIP64 : entry.compressedSize, at + 14);
  header.writeUInt32LE(large ? IN_ZIP64 : entry.size, at + 18);
  header.writeUInt16LE(Buffer.byteLength(entry.name), at + 22);
  header.writeUInt16LE(extraLength, at + 24);
}

/** The version of the format that a reader needs (4.4.3.2), said alike in both headers. */
function versionNeeded({ size, offset, method }: ArchiveEntry): number {
  if (size >= IN_ZIP64 || offset >= IN_ZIP64) return 45;
  return method === METHOD_STORE ? 10 : 20;
}

function zip64Extra(values: readonly number[]): Buffer {
  if (values.length === 0) return Buffer.alloc(0);
  const extra = Buffer.alloc(4 + 8 * values.length);
  extra.writeUInt16LE(EXTRA_ZIP64, 0);
  extra.writeUInt16LE(8 * values.length, 2);
  values.forEach((value, index) => extra.writeBigUInt64LE(BigInt(value), 4 + 8 * index));
  return extra;
}

function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}
