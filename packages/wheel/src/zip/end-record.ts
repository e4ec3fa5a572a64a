import { type ByteSource, readExactly } from '../byte-source.js';
import { COUNT_IN_ZIP64, END_RECORD, IN_ZIP64, ZIP64_END_LOCATOR, ZIP64_END_RECORD } from './constants.js';

export const END_LENGTH = 22;
const LOCATOR_LENGTH = 20;
const ZIP64_END_LENGTH = 56;
const LONGEST_COMMENT = 0xffff;

/** What the records at the end of an archive say (4.3.14 to 4.3.16). */
export interface EndRecords {
  /** Where the central directory lies, and how many entries it has, as the records say. */
  readonly offset: number;
  readonly size: number;
  readonly count: number;
  /** Where the records begin, which is where the directory should end. */
  readonly at: number;
  readonly commentLength: number;
  /** Bytes behind the end record and its comment. */
  readonly trailing: number;
  /** What the ZIP64 end record says of its own size, where there is one. */
  readonly zip64Size?: number;
  /** Contradictions in and between the records, in words. */
  readonly flaws: readonly string[];
}

/**
 * Finds the end records by the signature that lies nearest to the end. `undefined` where there is none in the
 * last 64 KiB, which is as far as a comment reaches.
 */
export async function readEndRecords(source: ByteSource): Promise<EndRecords | undefined> {
  const length = Math.min(source.size, END_LENGTH + LONGEST_COMMENT);
  const tailStart = source.size - length;
  const tail = Buffer.from(await readExactly(source, tailStart, length));
  const found = findEnd(tail);
  if (found === undefined) return undefined;
  const at = tailStart + found;
  const end = tail.subarray(found);
  const commentLength = end.readUInt16LE(20);
  const flaws: string[] = [];
  const trailing = end.length - END_LENGTH - commentLength;
  if (trailing < 0) flaws.push(`its comment of ${commentLength} bytes ends behind the file`);
  if (end.readUInt16LE(4) !== 0 || end.readUInt16LE(6) !== 0)
    flaws.push('the archive is one of several volumes');
  if (end.readUInt16LE(8) !== end.readUInt16LE(10)) flaws.push('it counts some entries on another volume');
  const plain = {
    count: end.readUInt16LE(10),
    size: end.readUInt32LE(12),
    offset: end.readUInt32LE(16),
    at,
    commentLength,
    trailing: Math.max(trailing, 0),
    flaws,
  };
  return withZip64(source, plain, flaws);
}

function findEnd(tail: Buffer): number | undefined {
  const signature = Buffer.alloc(4);
  signature.writeUInt32LE(END_RECORD);
  let nearest: number | undefined;
  for (
    let at = tail.lastIndexOf(signature, tail.length - END_LENGTH);
    at >= 0;
    at = at === 0 ? -1 : tail.lastIndexOf(signature, at - 1)
  ) {
    // The one that accounts for every byte up to the end is it, wherever else its signature occurs.
    if (at + END_LENGTH + tail.readUInt16LE(at + 20) === tail.length) return at;
    nearest ??= at;
  }
  return nearest;
}

async function withZip64(source: ByteSource, plain: EndRecords, flaws: string[]): Promise<EndRecords> {
  const needed = plain.count === COUNT_IN_ZIP64 || plain.size === IN_ZIP64 || plain.offset === IN_ZIP64;
  const locatorAt = plain.at - LOCATOR_LENGTH;
  const locator =
    locatorAt < 0 ? Buffer.alloc(0) : Buffer.from(await readExactly(source, locatorAt, LOCATOR_LENGTH));
  if (locator.length === 0 || locator.readUInt32LE(0) !== ZIP64_END_LOCATOR) {
    // 65,535 members exactly need no ZIP64 record, though it looks as if they did.
    if (plain.size === IN_ZIP64 || plain.offset === IN_ZIP64)
      flaws.push('it refers to a ZIP64 end record that is not there');
    return plain;
  }
  const at = Number(locator.readBigUInt64LE(8));
  if (locator.readUInt32LE(4) !== 0 || locator.readUInt32LE(16) > 1)
    flaws.push('the ZIP64 locator speaks of several volumes');
  if (!Number.isSafeInteger(at) || at + ZIP64_END_LENGTH > locatorAt) {
    flaws.push(`the ZIP64 locator points to ${at}, where no record can lie`);
    return plain;
  }
  const record = Buffer.from(await readExactly(source, at, ZIP64_END_LENGTH));
  if (record.readUInt32LE(0) !== ZIP64_END_RECORD) {
    flaws.push(`the ZIP64 locator points to ${at}, where no ZIP64 end record is`);
    return plain;
  }
  const [onDisk, count, size, offset] = [24, 32, 40, 48].map((field) =>
    Number(record.readBigUInt64LE(field)),
  );
  const zip64Size = Number(record.readBigUInt64LE(4));
  if (onDisk !== count) flaws.push('the ZIP64 end record counts some entries on another volume');
  if (zip64Size === ZIP64_END_LENGTH - 12 && at + ZIP64_END_LENGTH !== locatorAt)
    flaws.push('bytes lie between the ZIP64 end record and its locator');
  const large = { count: count ?? 0, size: size ?? 0, offset: offset ?? 0 };
  const agree = (field: 'count' | 'size' | 'offset', sentinel: number): void => {
    if (plain[field] !== sentinel && plain[field] !== large[field])
      flaws.push(`the two end records differ in the directory's ${field}`);
  };
  agree('count', COUNT_IN_ZIP64);
  agree('size', IN_ZIP64);
  agree('offset', IN_ZIP64);
  if (!needed && flaws.length > 0) return { ...plain, at, zip64Size };
  return { ...plain, ...large, at, zip64Size };
}
