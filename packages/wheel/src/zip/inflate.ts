import { pipeline, Readable } from 'node:stream';
import { crc32, createInflateRaw, type ZlibOptions } from 'node:zlib';
import { type ByteSource, readExactly } from '../byte-source.js';
import { quoted, WheelError } from '../error.js';
import { METHOD_STORE } from './constants.js';

/** Where a member's bytes lie and what they must turn out to be. */
export interface MemberData {
  readonly archive: ByteSource;
  readonly name: string;
  readonly offset: number;
  readonly method: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly crc32: number;
}

const READ = 1 << 18;
const CHUNK = 1 << 18;

/** How large the pieces are, and how much is inflated ahead of the reader, who may hash on another thread meanwhile. */
export interface Pace {
  readonly chunk: number;
  readonly ahead: number;
}
const UNHURRIED: Pace = { chunk: CHUNK, ahead: CHUNK };

/**
 * The bytes of a member from its start, in pieces of at most 256 KiB, or as `pace` says. Never gives more than the
 * declared size;
 * the end is reached only if size, CRC and the length of the compressed data were all as declared.
 * Throws `size-mismatch`, `crc-mismatch`, or `bad-archive` where the data isn't a deflate stream.
 */
export async function* memberChunks(
  member: MemberData,
  pace: Pace = UNHURRIED,
): AsyncGenerator<Uint8Array, void, undefined> {
  let done = 0;
  let crc = 0;
  for await (const chunk of member.method === METHOD_STORE
    ? rawChunks(member, READ)
    : inflatedChunks(member, pace)) {
    done += chunk.length;
    if (done > member.size) throw sizeMismatch(member, `at least ${done}`);
    crc = crc32(chunk, crc);
    yield chunk;
  }
  if (done !== member.size) throw sizeMismatch(member, String(done));
  if (crc !== member.crc32) throw crcMismatch(member, crc);
}

async function* rawChunks(member: MemberData, piece: number): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < member.compressedSize; at += piece) {
    const length = Math.min(piece, member.compressedSize - at);
    yield await readExactly(member.archive, member.offset + at, length);
  }
}

async function* inflatedChunks(
  member: MemberData,
  { chunk: chunkSize, ahead }: Pace,
): AsyncGenerator<Uint8Array, void, undefined> {
  const inflate = createInflateRaw({ chunkSize, readableHighWaterMark: ahead } as ZlibOptions);
  const piece = Math.max(READ, chunkSize);
  const raw = Readable.from(rawChunks(member, piece), { objectMode: false, highWaterMark: piece });
  pipeline(raw, inflate, () => undefined);
  try {
    for await (const chunk of inflate) yield chunk as Uint8Array;
  } catch (error) {
    throw inflateError(member, error);
  } finally {
    inflate.destroy();
  }
  if (inflate.bytesWritten !== member.compressedSize) throw leftOver(member, inflate.bytesWritten);
}

/** The content is longer or shorter than declared. */
export function sizeMismatch(member: MemberData, found: string): WheelError {
  return new WheelError(
    'size-mismatch',
    `${quoted(member.name)} has ${found} bytes, but ${member.size} are declared`,
    { member: member.name },
  );
}

/** The deflate stream is over before the compressed bytes are. */
export function leftOver({ name, compressedSize }: MemberData, found: number): WheelError {
  return new WheelError(
    'size-mismatch',
    `${quoted(name)} ends after ${found} of its ${compressedSize} compressed bytes`,
    { member: name },
  );
}

/** The content isn't what its CRC was made of. */
export function crcMismatch({ name, crc32: declared }: MemberData, found: number): WheelError {
  const hex = (crc: number): string => crc.toString(16).padStart(8, '0');
  return new WheelError(
    'crc-mismatch',
    `${quoted(name)} has CRC ${hex(found)}, but ${hex(declared)} is declared`,
    { member: name },
  );
}

/** What came while a member was inflated: our own errors as they are, zlib's as a `bad-archive`. */
export function inflateError({ name }: Pick<MemberData, 'name'>, cause: unknown): WheelError {
  if (cause instanceof WheelError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new WheelError('bad-archive', `${quoted(name)} cannot be inflated: ${reason}`, {
    member: name,
    cause,
  });
}
