import { constants, inflateRawSync } from 'node:zlib';
import { type ByteSource, readExactly } from '../byte-source.js';
import type { CentralEntry } from './central-directory.js';
import { METHOD_STORE } from './constants.js';
import { deflatedBeginsWith } from './first-literals.js';
import { inflateError, type MemberData, memberChunks } from './inflate.js';
import { checkedLocalHeader, locateData, USUAL_EXTRA } from './local-header.js';
import { LOCAL_LENGTH, localHeaderLengthAt } from './raw-header.js';

/** Compressed bytes that hold the beginning of a content: the tables of a deflate block take at most 290 bytes. */
export const GLANCE_COMPRESSED = 512;

/** What is read at once at most, and what may lie between two beginnings so that they are read at once. */
const WINDOW = 1 << 18;
const GAP = 1 << 16;

/**
 * From so many files on it pays to look at the first symbols of a deflate stream ourselves: until V8 has made machine
 * code of that, it takes longer than making an inflater for each.
 */
const MANY = 1000;

/** A file of an archive, and where its data lies, which its local header was read for. */
export interface LocatedEntry {
  readonly entry: CentralEntry;
  readonly data: number;
}

/**
 * Those files of an archive whose content begins with some bytes, in the order in which they lie there. One pass in
 * large reads, whatever their number: only beginnings are read, and those of small files in the same read as their
 * neighbours. Local headers are compared with the central directory.
 *
 * Throws `WheelError` for a file whose local header or whose first bytes are broken.
 */
export async function* entriesBeginningWith(
  archive: ByteSource,
  entries: readonly CentralEntry[],
  magic: Uint8Array,
): AsyncGenerator<LocatedEntry, void, undefined> {
  const sorted = entries
    .filter(({ size }) => size >= magic.length)
    .toSorted((one, other) => one.offset - other.offset);
  const beginsWith: DeflatedLook = sorted.length < MANY ? inflatedBeginsWith : deflatedBeginsWith;
  for (let at = 0; at < sorted.length; ) {
    const { start, end, count } = windowFrom(sorted, at, archive.size);
    const bytes = Buffer.from(await readExactly(archive, start, end - start));
    for (const entry of sorted.slice(at, at + count)) {
      const { data, begins } =
        lookIn(bytes.subarray(entry.offset - start), entry, magic, beginsWith) ??
        (await lookAt(archive, entry, magic));
      if (begins) yield { entry, data };
    }
    at += count;
  }
}

/** The range that holds the beginnings of the entry at an index and of those that follow closely. */
function windowFrom(
  sorted: readonly CentralEntry[],
  index: number,
  limit: number,
): { readonly start: number; readonly end: number; readonly count: number } {
  const start = sorted[index]?.offset ?? 0;
  let end = start;
  let count = 0;
  for (const entry of sorted.slice(index, index + WINDOW / LOCAL_LENGTH)) {
    const entryEnd = beginningEnd(entry);
    if (count > 0 && (entry.offset > end + GAP || entryEnd > start + WINDOW)) break;
    end = entryEnd;
    count += 1;
  }
  return { start, end: Math.min(end, limit), count };
}

function beginningEnd({ offset, name, compressedSize }: CentralEntry): number {
  const header = LOCAL_LENGTH + Buffer.byteLength(name) + USUAL_EXTRA;
  return offset + header + Math.min(compressedSize, GLANCE_COMPRESSED);
}

/** Whether a file's content begins so, and where its data lies in the archive. */
interface Look {
  readonly data: number;
  readonly begins: boolean;
}

/** A look at a file whose local header is at the start of some bytes; `undefined` where these don't do. */
function lookIn(
  bytes: Buffer,
  entry: CentralEntry,
  magic: Uint8Array,
  deflated: DeflatedLook,
): Look | undefined {
  if ((localHeaderLengthAt(bytes) ?? 0) > bytes.length) return undefined;
  const { length: header } = checkedLocalHeader(bytes, entry);
  const raw = bytes.subarray(header, header + Math.min(entry.compressedSize, GLANCE_COMPRESSED));
  const begins = entry.method === METHOD_STORE ? bytesBeginWith(raw, magic) : deflated(raw, magic, entry);
  return begins === undefined ? undefined : { data: entry.offset + header, begins };
}

/** Whether some first bytes of a deflate stream hold what begins so; `undefined` where they don't tell. */
type DeflatedLook = (data: Buffer, magic: Uint8Array, entry: CentralEntry) => boolean | undefined;

function inflatedBeginsWith(data: Buffer, magic: Uint8Array, entry: CentralEntry): boolean | undefined {
  return bytesBeginWith(inflateBeginning(data, entry), magic);
}

function bytesBeginWith(bytes: Buffer, magic: Uint8Array): boolean | undefined {
  return bytes.length < magic.length ? undefined : bytes.subarray(0, magic.length).equals(magic);
}

/**
 * What some first bytes of a deflate stream hold, without a stream and its trip to another thread.
 * Throws `bad-archive` where they are no deflate stream.
 */
export function inflateBeginning(data: Uint8Array, member: Pick<MemberData, 'name'>): Buffer {
  try {
    return inflateRawSync(data, { finishFlush: constants.Z_SYNC_FLUSH, chunkSize: 2048 });
  } catch (error) {
    throw inflateError(member, error);
  }
}

/** A look in the long way: an extra field of unusual length, or empty blocks before the content. */
async function lookAt(archive: ByteSource, entry: CentralEntry, magic: Uint8Array): Promise<Look> {
  const member = { ...entry, archive, offset: await locateData(archive, entry) };
  let content = Buffer.alloc(0);
  for await (const chunk of memberChunks(member)) {
    content = Buffer.concat([content, chunk]);
    if (content.length >= magic.length) break;
  }
  return { data: member.offset, begins: bytesBeginWith(content, magic) === true };
}
