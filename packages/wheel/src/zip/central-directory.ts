import { type Entry, fromRandomAccessReaderPromise, type ZipFile } from 'yauzl';
import { quoted, WheelError } from '../error.js';
import { checkMemberName, checkUniqueNames } from '../member-name.js';
import {
  END_RECORD,
  EXTRA_ZIP64,
  FLAG_ENCRYPTED,
  FLAG_UTF8,
  IN_ZIP64,
  METHOD_DEFLATE,
  METHOD_STORE,
  MODE_FOLDER,
  MODE_REGULAR,
  MODE_SYMLINK,
  MODE_TYPE,
  ZIP64_END_RECORD,
} from './constants.js';
import { SourceReader } from './random-access.js';
import type { ReadAhead } from './read-ahead.js';

/** A file of the archive as the central directory describes it. There may be many thousands: no more than is needed. */
export interface CentralEntry {
  readonly name: string;
  readonly mode: number;
  readonly method: number;
  readonly crc32: number;
  readonly size: number;
  readonly compressedSize: number;
  /** Where its local header lies. */
  readonly offset: number;
}

/** An archive whose central directory has been read and found sound. */
export interface CentralDirectory {
  readonly zip: ZipFile;
  readonly files: readonly CentralEntry[];
}

const CENTRAL_HEADER_LENGTH = 46;
const LOCAL_HEADER_LENGTH = 30;

/**
 * Reads the central directory through yauzl and refuses what yauzl lets pass and a wheel never needs. Names are
 * decoded here, because yauzl's own decoding repairs what should be refused. Throws `WheelError`.
 */
export async function readCentralDirectory(source: ReadAhead): Promise<CentralDirectory> {
  const reader = new SourceReader(source);
  try {
    const zip = await fromRandomAccessReaderPromise(reader, source.size, {
      autoClose: false,
      decodeStrings: false,
      validateEntrySizes: false,
    });
    // An error after the walk reaches its caller by callback; the event must not end the process.
    zip.on('error', () => undefined);
    checkEntryCount(zip);
    const start = Number(zip.readEntryCursor);
    const entries: CentralEntry[] = [];
    for await (const entry of zip.eachEntry()) entries.push(checkedEntry(entry));
    await checkEnd(source, Number(zip.readEntryCursor));
    checkUniqueNames(
      entries.map((entry) => entry.name),
      { fold: false },
    );
    checkExtents(entries, start);
    return { zip, files: entries.filter((entry) => !entry.name.endsWith('/')) };
  } catch (error) {
    throw archiveError(error, 'the central directory cannot be read');
  }
}

/** What yauzl throws becomes a `bad-archive`; our own errors, and those of the source, stay as they are. */
export function archiveError(error: unknown, what: string, member?: string): WheelError {
  if (error instanceof WheelError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new WheelError('bad-archive', `${what}: ${reason}`, {
    member,
    hint: 'A wheel is a complete ZIP archive; was the file truncated or changed on its way here?',
    cause: error,
  });
}

function checkEntryCount({ entryCount, fileSize }: ZipFile): void {
  if (!Number.isSafeInteger(entryCount) || entryCount * CENTRAL_HEADER_LENGTH > fileSize) {
    throw new WheelError('bad-archive', `${entryCount} members cannot be in an archive of ${fileSize} bytes`);
  }
}

/** After the last counted entry comes an end record: entries behind it would be seen by some readers only. */
async function checkEnd(source: ReadAhead, offset: number): Promise<void> {
  const bytes = await source.read(offset, Math.max(0, Math.min(4, source.size - offset)));
  const signature = bytes.length === 4 ? Buffer.from(bytes).readUInt32LE() : 0;
  if (signature !== END_RECORD && signature !== ZIP64_END_RECORD) {
    throw new WheelError(
      'bad-archive',
      `the central directory goes on at ${offset}, where its end record should be`,
    );
  }
}

function checkedEntry(entry: Entry): CentralEntry {
  const nameBytes = entry.fileNameRaw;
  const name = decodeName(nameBytes, (entry.generalPurposeBitFlag & FLAG_UTF8) !== 0);
  checkMemberName(name);
  const { uncompressedSize: size, compressedSize, compressionMethod: method, crc32 } = entry;
  const { relativeOffsetOfLocalHeader: offset } = entry;
  const refuse = (code: 'encrypted' | 'unsupported-method' | 'size-mismatch', message: string): never => {
    throw new WheelError(code, `${quoted(name)} ${message}`, { member: name });
  };
  if ((entry.generalPurposeBitFlag & FLAG_ENCRYPTED) !== 0) refuse('encrypted', 'is encrypted');
  if (method !== METHOD_STORE && method !== METHOD_DEFLATE) {
    refuse(
      'unsupported-method',
      `is compressed by method ${method}; a wheel uses stored (0) and deflated (8)`,
    );
  }
  const numbers = [size, compressedSize, offset];
  if (numbers.includes(IN_ZIP64) && !entry.extraFields.some(({ id }) => id === EXTRA_ZIP64)) {
    throw new WheelError('bad-archive', `${quoted(name)} refers to a ZIP64 extra field that it lacks`, {
      member: name,
    });
  }
  if (!Number.isSafeInteger(size)) refuse('size-mismatch', `claims ${size} bytes`);
  if (method === METHOD_STORE && size !== compressedSize) {
    refuse('size-mismatch', `is stored, but ${compressedSize} bytes are there for ${size}`);
  }
  if (name.endsWith('/') && size !== 0) refuse('size-mismatch', `is a folder, but has ${size} bytes`);
  const mode = checkedMode(name, entry.externalFileAttributes >>> 16);
  return { name, mode, method, crc32, size, compressedSize, offset };
}

/** Python's zipfile looks at the mode whatever system the archive was made on, and so do we. */
function checkedMode(name: string, mode: number): number {
  const type = mode & MODE_TYPE;
  const allowed = name.endsWith('/') ? MODE_FOLDER : MODE_REGULAR;
  if (type === 0 || type === allowed) return mode;
  const what = type === MODE_SYMLINK ? 'a symbolic link' : `a file of type 0o${type.toString(8)}`;
  throw new WheelError('not-a-regular-file', `${quoted(name)} is ${what}; a wheel holds regular files`, {
    member: name,
    hint: 'Store what the link points to; installers write the link as a text file or refuse the wheel.',
  });
}

/** Without the UTF-8 flag a name is CP437 by the format: readers differ there, so only ASCII is taken. */
function decodeName(bytes: Buffer, utf8: boolean): string {
  if (utf8) {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch (cause) {
      throw new WheelError('unsafe-name', `member name ${quoted(bytes.toString('latin1'))} is not UTF-8`, {
        cause,
      });
    }
  }
  const name = bytes.toString('latin1');
  // eslint-disable-next-line no-control-regex -- the range is ASCII
  if (!/^[\u0000-\u007f]*$/.test(name)) {
    throw new WheelError('unsafe-name', `member name ${quoted(name)} is not ASCII, and not flagged as UTF-8`);
  }
  return name;
}

/**
 * Every member lies before the central directory, and none on another: overlapping members are how small
 * archives inflate without end. Local headers aren't read here, so this is the least room each one needs.
 */
function checkExtents(entries: readonly CentralEntry[], directoryStart: number): void {
  const sorted = [...entries].sort((a, b) => a.offset - b.offset);
  sorted.forEach(({ name, offset: start, compressedSize }, index) => {
    const end = start + LOCAL_HEADER_LENGTH + Buffer.byteLength(name) + compressedSize;
    if (!Number.isSafeInteger(end) || end > directoryStart) {
      throw new WheelError(
        'out-of-bounds',
        `${quoted(name)} would take the bytes ${start}..${end}, but the central directory starts at ${directoryStart}`,
        { member: name },
      );
    }
    const next = sorted[index + 1];
    if (next !== undefined && end > next.offset) {
      throw new WheelError('overlapping-members', `${quoted(name)} and ${quoted(next.name)} share bytes`, {
        member: name,
      });
    }
  });
}
