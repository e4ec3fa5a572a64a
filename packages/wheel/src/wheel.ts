import { Readable } from 'node:stream';
import { type ByteSource, checkRange, readExactly } from './byte-source.js';
import { quoted, WheelError } from './error.js';
import { type CentralEntry, readCentralDirectory } from './zip/central-directory.js';
import { METHOD_STORE, MODE_PERMISSIONS } from './zip/constants.js';
import { type MemberData, memberChunks } from './zip/inflate.js';
import { InflatedSource } from './zip/inflated-source.js';
import { locateData } from './zip/local-header.js';

/** A file inside a wheel. Its content is read when it's asked for, from the wheel's own source. */
export interface WheelMember {
  readonly name: string;
  /** Bytes of the content, as declared: nothing gives more, and less is an error. */
  readonly size: number;
  readonly compressedSize: number;
  /** Permission bits, such as 0o644; 0 where the archive says nothing. */
  readonly mode: number;
  readonly crc32: number;
  /** The content by range, in bounded memory; the CRC is checked when the last bytes are read. */
  source(): ByteSource;
  /** The whole content, checked; `too-large` before anything is read if it's more than `limit` bytes. */
  bytes(limit: number): Promise<Uint8Array>;
  /** The content as a stream, which fails instead of ending if size or CRC are not as declared. */
  stream(): Promise<Readable>;
}

/** An opened wheel. Folders, which a wheel needs no members for, are not among its members. */
export interface Wheel {
  /** In the order of the central directory. */
  readonly members: readonly WheelMember[];
}

/**
 * Opens a wheel, or any ZIP archive that obeys a wheel's rules (PyPA binary distribution format; APPNOTE.TXT).
 * Only the central directory is read; a member's local header is compared when the member is opened.
 *
 * Throws `WheelError`: `bad-archive`, `duplicate-name`, `unsafe-name`, `encrypted`, `not-a-regular-file`,
 * `unsupported-method`, `size-mismatch`, `out-of-bounds`, `overlapping-members`; `io` if the source fails.
 */
export async function openWheel(source: ByteSource): Promise<Wheel> {
  const { zip, files } = await readCentralDirectory(source);
  return { members: files.map((file) => wheelMember(source, file, () => locateData(zip, file))) };
}

function wheelMember(archive: ByteSource, file: CentralEntry, locate: () => Promise<number>): WheelMember {
  const { name, entry } = file;
  const { uncompressedSize: size, compressedSize, crc32, compressionMethod: method } = entry;
  const open = async (): Promise<MemberData> => ({
    archive,
    name,
    method,
    compressedSize,
    size,
    crc32,
    offset: await locate(),
  });
  return {
    name,
    size,
    compressedSize,
    mode: file.mode & MODE_PERMISSIONS,
    crc32,
    source: () =>
      method === METHOD_STORE ? storedSource(name, size, open) : new InflatedSource(name, size, open),
    bytes: async (limit) => {
      if (size > limit) {
        throw new WheelError(
          'too-large',
          `${quoted(name)} has ${size} bytes; at most ${limit} are read here`,
          {
            member: name,
          },
        );
      }
      return collect(memberChunks(await open()), size);
    },
    stream: async () => Readable.from(memberChunks(await open()), { objectMode: false }),
  };
}

/** A stored member is a range of the archive. */
function storedSource(name: string, size: number, open: () => Promise<MemberData>): ByteSource {
  let data: Promise<MemberData> | undefined;
  return {
    size,
    read: async (offset, length) => {
      checkRange(size, offset, length, name);
      const member = await (data ??= open());
      return readExactly(member.archive, member.offset + offset, length);
    },
  };
}

async function collect(chunks: AsyncIterable<Uint8Array>, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  let done = 0;
  for await (const chunk of chunks) {
    bytes.set(chunk, done);
    done += chunk.length;
  }
  return bytes;
}
