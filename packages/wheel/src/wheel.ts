import { Readable } from 'node:stream';
import { type ByteSource, checkRange, type ClosableSource, readExactly } from './byte-source.js';
import { quoted, WheelError } from './error.js';
import { entriesBeginningWith } from './zip/beginning.js';
import { type CentralEntry, readCentralDirectory } from './zip/central-directory.js';
import { METHOD_STORE, MODE_PERMISSIONS } from './zip/constants.js';
import { type MemberData, memberChunks } from './zip/inflate.js';
import { InflatedSource } from './zip/inflated-source.js';
import { locateData } from './zip/local-header.js';
import { ReadAhead } from './zip/read-ahead.js';

/** A file inside a wheel. Its content is read when it's asked for, from the wheel's own source. */
export interface WheelMember {
  readonly name: string;
  /** Bytes of the content, as declared: nothing gives more, and less is an error. */
  readonly size: number;
  readonly compressedSize: number;
  /** Permission bits, such as 0o644; 0 where the archive says nothing. */
  readonly mode: number;
  readonly crc32: number;
  /** The content by range, in bounded memory, inflated no further than somebody reads. */
  source(options?: SourceOptions): ClosableSource;
  /** The whole content, checked; `too-large` before anything is read if it's more than `limit` bytes. */
  bytes(limit: number): Promise<Uint8Array>;
  /** The content as a stream, which fails instead of ending if size or CRC are not as declared. */
  stream(): Promise<Readable>;
}

/** How a member is read by range. */
export interface SourceOptions {
  /**
   * Whether the CRC is checked when the last bytes are read (true). Who stops before the end gains nothing by it, and
   * making it takes a quarter of the time that inflating takes.
   */
  readonly checksum?: boolean;
}

/** An opened wheel. Folders, which a wheel needs no members for, are not among its members. */
export interface Wheel {
  /** In the order of the central directory. */
  readonly members: readonly WheelMember[];
  /**
   * Those of its members (of all, or of some) whose content begins with some bytes, such as a magic number, in the
   * order in which they lie in the archive: one pass over it in large reads, where a look into each member by itself
   * would be a read for each.
   */
  membersBeginningWith(magic: Uint8Array, among?: readonly WheelMember[]): AsyncIterable<WheelMember>;
}

/**
 * Opens a wheel, or any ZIP archive that obeys a wheel's rules (PyPA binary distribution format; APPNOTE.TXT).
 * Only the central directory is read; a member's local header is compared when the member is opened.
 *
 * Throws `WheelError`: `bad-archive`, `duplicate-name`, `unsafe-name`, `encrypted`, `not-a-regular-file`,
 * `unsupported-method`, `size-mismatch`, `out-of-bounds`, `overlapping-members`; `io` if the source fails.
 */
export async function openWheel(source: ByteSource): Promise<Wheel> {
  const archive = new ReadAhead(source);
  const files = await readCentralDirectory(archive);
  const members = files.map((file) => new ArchiveMember(archive, file));
  return {
    members,
    membersBeginningWith: (magic, among = members) => ArchiveMember.beginningWith(archive, magic, among),
  };
}

/** A class, because there may be many thousands: methods of a prototype take no memory in each of them. */
class ArchiveMember implements WheelMember {
  readonly #archive: ByteSource;
  readonly #entry: CentralEntry;
  /** Where its data lies, once its local header has been read. */
  #data: number | undefined;

  constructor(archive: ByteSource, entry: CentralEntry) {
    this.#archive = archive;
    this.#entry = entry;
  }

  static async *beginningWith(
    archive: ByteSource,
    magic: Uint8Array,
    among: readonly WheelMember[],
  ): AsyncGenerator<WheelMember, void, undefined> {
    const byEntry = new Map<CentralEntry, ArchiveMember>();
    for (const member of among) if (#entry in member) byEntry.set(member.#entry, member);
    for await (const { entry, data } of entriesBeginningWith(archive, [...byEntry.keys()], magic)) {
      const member = byEntry.get(entry);
      if (member === undefined) continue;
      member.#data = data;
      yield member;
    }
  }

  get name(): string {
    return this.#entry.name;
  }

  get size(): number {
    return this.#entry.size;
  }

  get compressedSize(): number {
    return this.#entry.compressedSize;
  }

  get mode(): number {
    return this.#entry.mode & MODE_PERMISSIONS;
  }

  get crc32(): number {
    return this.#entry.crc32;
  }

  source({ checksum = true }: SourceOptions = {}): ClosableSource {
    const { name, size, method } = this.#entry;
    const open = (): Promise<MemberData> => this.#open();
    return method === METHOD_STORE
      ? storedSource(name, size, open)
      : new InflatedSource(name, size, open, checksum);
  }

  async bytes(limit: number): Promise<Uint8Array> {
    const { name, size } = this.#entry;
    if (size > limit) {
      throw new WheelError('too-large', `${quoted(name)} has ${size} bytes; at most ${limit} are read here`, {
        member: name,
      });
    }
    return collect(memberChunks(await this.#open()), size);
  }

  async stream(): Promise<Readable> {
    return Readable.from(memberChunks(await this.#open()), { objectMode: false });
  }

  async #open(): Promise<MemberData> {
    const archive = this.#archive;
    this.#data ??= await locateData(archive, this.#entry);
    return { ...this.#entry, archive, offset: this.#data };
  }
}

/** A stored member is a range of the archive. */
function storedSource(name: string, size: number, open: () => Promise<MemberData>): ClosableSource {
  let data: Promise<MemberData> | undefined;
  return {
    size,
    close: () => Promise.resolve(),
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
