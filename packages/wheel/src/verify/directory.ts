import { type ByteSource, readExactly } from '../byte-source.js';
import { CENTRAL_LENGTH, type RawCentralHeader, readCentralHeader } from '../zip/raw-header.js';
import { readEndRecords } from '../zip/end-record.js';
import type { Report } from './rule.js';

/** More than a million members; what is longer isn't read into memory. */
const LONGEST_DIRECTORY = 256 << 20;

/** The central directory as it lies there: nothing about its entries has been judged. */
export interface RawDirectory {
  readonly entries: readonly RawCentralHeader[];
  /** Where it starts: members lie before it. */
  readonly start: number;
}

/**
 * Reads end records and central directory, and reports what is wrong with them. Unlike `openWheel` it goes on:
 * it gives the entries that can be read. `undefined` where there are none to speak of.
 */
export async function readDirectory(source: ByteSource, report: Report): Promise<RawDirectory | undefined> {
  const end = await readEndRecords(source);
  if (end === undefined) {
    report(
      'not-a-zip',
      null,
      `there is no end record in the last 64 KiB of its ${source.size} bytes: not a ZIP archive, or cut short`,
    );
    return undefined;
  }
  for (const flaw of end.flaws) report('bad-end-record', null, `the end record: ${flaw}`);
  if (end.trailing > 0) report('trailing-data', null, `${end.trailing} bytes follow the end record`);
  if (end.commentLength > 0)
    report('archive-comment', null, `the archive has a comment of ${end.commentLength} bytes`);
  if (end.zip64Size !== undefined && end.zip64Size !== 44)
    report(
      'zip64-end-record-size',
      null,
      `the ZIP64 end record says that its size is ${end.zip64Size}, not 44`,
    );
  const { offset, size, count, at } = end;
  if (!Number.isSafeInteger(offset + size) || offset + size > at) {
    report(
      'bad-end-record',
      null,
      `the central directory would take the bytes ${offset}+${size}, but the end records start at ${at}`,
    );
    return undefined;
  }
  if (offset + size < at)
    report(
      'bad-end-record',
      null,
      `${at - offset - size} bytes lie between the central directory and the end records`,
    );
  if (size > LONGEST_DIRECTORY) {
    report(
      'bad-central-directory',
      null,
      `the central directory has ${size} bytes; at most ${LONGEST_DIRECTORY} are read`,
    );
    return undefined;
  }
  const directory = Buffer.from(await readExactly(source, offset, size));
  const entries = readEntries(directory, report);
  if (entries.length !== count)
    report(
      'bad-end-record',
      null,
      `the end record counts ${count} members, but the central directory has ${entries.length}`,
    );
  return { entries, start: offset };
}

function readEntries(directory: Buffer, report: Report): RawCentralHeader[] {
  const entries: RawCentralHeader[] = [];
  for (let at = 0; at < directory.length; ) {
    const header = readCentralHeader(directory, at);
    if (header === undefined) {
      const what = directory.length - at < CENTRAL_LENGTH ? 'is cut short' : 'has no header';
      report(
        'bad-central-directory',
        null,
        `the central directory ${what} at its byte ${at}, where member ${entries.length + 1} should be`,
      );
      break;
    }
    entries.push(header);
    at += header.length;
  }
  return entries;
}
