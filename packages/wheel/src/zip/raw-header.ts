import { CENTRAL_HEADER, LOCAL_HEADER } from './constants.js';
import { type ExtraField, extraFields, zip64Sizes } from './extra-field.js';

export const LOCAL_LENGTH = 30;
export const CENTRAL_LENGTH = 46;

/** What both headers of a member say, sizes with the help of the ZIP64 extra. Nothing is judged yet. */
export interface RawHeader {
  readonly flags: number;
  readonly method: number;
  readonly crc32: number;
  readonly size: number;
  readonly compressedSize: number;
  readonly nameBytes: Buffer;
  readonly extra: readonly ExtraField[];
  /** Whether the extra fields are cut short. */
  readonly extraCut: boolean;
  /** Fields whose value should be in the ZIP64 extra, and isn't. */
  readonly missing: readonly string[];
  /** The header's own length, with name, extra and comment. */
  readonly length: number;
}

/** A central directory header (4.3.12). */
export interface RawCentralHeader extends RawHeader {
  /** The upper half of the external attributes: a Unix mode, where the archive was made by one who knows modes. */
  readonly mode: number;
  readonly commentLength: number;
  /** Of the local header. */
  readonly offset: number;
  /** All its bytes, as they lie in the archive. */
  readonly bytes: Buffer;
}

/** Reads a local header (4.3.7) at the start of some bytes; `undefined` where none is, or not all of it. */
export function readLocalHeader(bytes: Buffer): RawHeader | undefined {
  if (bytes.length < LOCAL_LENGTH || bytes.readUInt32LE(0) !== LOCAL_HEADER) return undefined;
  const length = LOCAL_LENGTH + bytes.readUInt16LE(26) + bytes.readUInt16LE(28);
  return length > bytes.length ? undefined : common(bytes, { at: 6, start: LOCAL_LENGTH, length });
}

/** How long the local header at the start of some bytes is, from its fixed part; `undefined` where none is. */
export function localHeaderLengthAt(bytes: Buffer): number | undefined {
  if (bytes.length < LOCAL_LENGTH || bytes.readUInt32LE(0) !== LOCAL_HEADER) return undefined;
  return LOCAL_LENGTH + bytes.readUInt16LE(26) + bytes.readUInt16LE(28);
}

/** Reads the central header at an offset of the directory; `undefined` where none is, or not all of it. */
export function readCentralHeader(directory: Buffer, at: number): RawCentralHeader | undefined {
  if (at + CENTRAL_LENGTH > directory.length || directory.readUInt32LE(at) !== CENTRAL_HEADER)
    return undefined;
  const nameLength = directory.readUInt16LE(at + 28);
  const extraLength = directory.readUInt16LE(at + 30);
  const commentLength = directory.readUInt16LE(at + 32);
  const length = CENTRAL_LENGTH + nameLength + extraLength + commentLength;
  if (at + length > directory.length) return undefined;
  const bytes = directory.subarray(at, at + length);
  const offset = bytes.readUInt32LE(42);
  const header = common(bytes, { at: 8, start: CENTRAL_LENGTH, length, offset });
  // Field by field: there are many thousands, and a spread costs more than all that is read.
  return {
    flags: header.flags,
    method: header.method,
    crc32: header.crc32,
    size: header.size,
    compressedSize: header.compressedSize,
    nameBytes: header.nameBytes,
    extra: header.extra,
    extraCut: header.extraCut,
    missing: header.missing,
    length,
    offset: header.offset,
    mode: bytes.readUInt16LE(40),
    commentLength,
    bytes,
  };
}

const NO_EXTRA: ReturnType<typeof extraFields> = { fields: [], cut: false };

/** From the flags on both headers have the same fields; the central one has the offset in its ZIP64 extra too. */
function common(
  bytes: Buffer,
  place: {
    readonly at: number;
    readonly start: number;
    readonly length: number;
    readonly offset?: number;
  },
): RawHeader & { readonly offset: number } {
  const { at, start, length } = place;
  const nameEnd = start + bytes.readUInt16LE(at + 20);
  const extraLength = bytes.readUInt16LE(at + 22);
  const { fields, cut } =
    extraLength === 0 ? NO_EXTRA : extraFields(bytes.subarray(nameEnd, nameEnd + extraLength));
  const raw = {
    compressedSize: bytes.readUInt32LE(at + 12),
    size: bytes.readUInt32LE(at + 16),
    offset: place.offset ?? 0,
  };
  const { sizes, missing } = zip64Sizes(fields, raw);
  return {
    flags: bytes.readUInt16LE(at),
    method: bytes.readUInt16LE(at + 2),
    crc32: bytes.readUInt32LE(at + 8),
    size: sizes.size,
    compressedSize: sizes.compressedSize,
    offset: sizes.offset,
    nameBytes: bytes.subarray(start, nameEnd),
    extra: fields,
    extraCut: cut,
    missing,
    length,
  };
}
