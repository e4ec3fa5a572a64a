import { type ByteSource, readExactly } from '../byte-source.js';
import { quoted, WheelError, type WheelErrorCode } from '../error.js';
import { checkMemberName, checkUniqueNames } from '../member-name.js';
import {
  FLAG_ENCRYPTED,
  FLAG_UTF8,
  FLAGS_STRONG_ENCRYPTION,
  METHOD_DEFLATE,
  METHOD_STORE,
  MODE_FOLDER,
  MODE_REGULAR,
  MODE_SYMLINK,
  MODE_TYPE,
} from './constants.js';
import { type EndRecords, readEndRecords } from './end-record.js';
import { CENTRAL_LENGTH, LOCAL_LENGTH, type RawCentralHeader, readCentralHeader } from './raw-header.js';

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

/** The directory is read in pieces of this size: the longest header, with all that it can have, is a fifth of it. */
const PIECE = 1 << 20;

const STRICT_UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const HINT = 'A wheel is a complete ZIP archive; was the file truncated or changed on its way here?';

/**
 * Reads the central directory and refuses what two readers could understand in two ways, and what a wheel never
 * needs; `verify` reads on behind flaws and tells them all. Folders are left out. Throws `WheelError`.
 */
export async function readCentralDirectory(source: ByteSource): Promise<CentralEntry[]> {
  const end = await soundEnd(source);
  const entries = await readEntries(source, end);
  checkUniqueNames(
    entries.map(({ name }) => name),
    { fold: false },
  );
  checkExtents(entries, end.offset);
  return entries.filter(({ name }) => !name.endsWith('/'));
}

function badArchive(message: string): WheelError {
  return new WheelError('bad-archive', message, { hint: HINT });
}

/** The end records, which account for every byte behind the central directory. */
async function soundEnd(source: ByteSource): Promise<EndRecords> {
  const end = await readEndRecords(source);
  if (end === undefined) {
    throw badArchive(
      `there is no end record in the last 64 KiB of its ${source.size} bytes: not a ZIP archive, or cut short`,
    );
  }
  const { offset, size, count, at, trailing, flaws } = end;
  const [flaw] = flaws;
  if (flaw !== undefined) throw badArchive(`the end record: ${flaw}`);
  if (trailing > 0) throw badArchive(`${trailing} bytes follow the end record`);
  if (!Number.isSafeInteger(offset + size) || offset + size !== at) {
    throw badArchive(
      `the central directory should take the bytes ${offset}+${size}, but the end records start at ${at}`,
    );
  }
  if (count * CENTRAL_LENGTH > size)
    throw badArchive(`${count} members cannot be in a central directory of ${size} bytes`);
  return end;
}

/** All entries of the directory: as many as the end record counts, and nothing behind them. */
async function readEntries(
  source: ByteSource,
  { offset, at: end, count }: EndRecords,
): Promise<CentralEntry[]> {
  const entries: CentralEntry[] = [];
  for (let start = offset; start < end; ) {
    const piece = Buffer.from(await readExactly(source, start, Math.min(PIECE, end - start)));
    let at = 0;
    for (let header = readCentralHeader(piece, at); header !== undefined; ) {
      entries.push(checkedEntry(header));
      at += header.length;
      header = readCentralHeader(piece, at);
    }
    // A header that the piece cuts begins the next one.
    if (at === 0) throw badArchive(`the central directory has no sound header at ${start}`);
    start += at;
  }
  if (entries.length === count) return entries;
  throw badArchive(`the end record counts ${count} members, but the central directory has ${entries.length}`);
}

function checkedEntry(header: RawCentralHeader): CentralEntry {
  const { flags, method, crc32, size, compressedSize, offset } = header;
  const name = decodeName(header.nameBytes, (flags & FLAG_UTF8) !== 0);
  checkMemberName(name);
  const refuse = (code: WheelErrorCode, message: string): never => {
    throw new WheelError(code, `${quoted(name)} ${message}`, { member: name });
  };
  if ((flags & (FLAG_ENCRYPTED | FLAGS_STRONG_ENCRYPTION)) !== 0) refuse('encrypted', 'is encrypted');
  if (method !== METHOD_STORE && method !== METHOD_DEFLATE) {
    refuse(
      'unsupported-method',
      `is compressed by method ${method}; a wheel uses stored (0) and deflated (8)`,
    );
  }
  if (header.extraCut) refuse('bad-archive', 'has an extra field that is cut short');
  if (header.missing.length > 0) refuse('bad-archive', 'refers to a ZIP64 extra field that it lacks');
  if (!Number.isSafeInteger(size)) refuse('size-mismatch', `claims ${size} bytes`);
  if (method === METHOD_STORE && size !== compressedSize) {
    refuse('size-mismatch', `is stored, but ${compressedSize} bytes are there for ${size}`);
  }
  if (name.endsWith('/') && size !== 0) refuse('size-mismatch', `is a folder, but has ${size} bytes`);
  return { name, mode: checkedMode(name, header.mode), method, crc32, size, compressedSize, offset };
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
  const name = bytes.toString('latin1');
  // eslint-disable-next-line no-control-regex -- the range is ASCII
  if (/^[\u0000-\u007f]*$/.test(name)) return name;
  if (utf8) {
    try {
      return STRICT_UTF8.decode(bytes);
    } catch (cause) {
      throw new WheelError('unsafe-name', `member name ${quoted(bytes.toString('latin1'))} is not UTF-8`, {
        cause,
      });
    }
  }
  throw new WheelError('unsafe-name', `member name ${quoted(name)} is not ASCII, and not flagged as UTF-8`);
}

/**
 * Every member lies before the central directory, and none on another: overlapping members are how small
 * archives inflate without end. Local headers aren't read here, so this is the least room each one needs.
 */
function checkExtents(entries: readonly CentralEntry[], directoryStart: number): void {
  const sorted = [...entries].sort((a, b) => a.offset - b.offset);
  sorted.forEach(({ name, offset: start, compressedSize }, index) => {
    const end = start + LOCAL_LENGTH + Buffer.byteLength(name) + compressedSize;
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
