import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { StoreError } from '../error.js';
import type { ByteRange, CallOptions } from '../store.js';
import { arriving } from './arriving.js';
import { failureKind } from './failure.js';
import { headAnswer, sendOptions, type Bucket, type HeadAnswer } from './requests.js';
import { pause, withRetries } from './retry.js';

/** What the first request brings at once: whole small objects, and the beginning of larger ones. */
const firstWindow = 1024 * 1024;

/** An object whose headers were read, with the first bytes of what was asked for. */
export interface Opened extends HeadAnswer {
  /** What will be read of it. */
  readonly range: Required<ByteRange>;
  readonly beginning: Uint8Array;
}

/** What a GET asks for, and of which version. */
interface Wanted extends CallOptions {
  readonly key: string;
  readonly offset: number;
  /** The last byte, inclusive, as in the header. */
  readonly last: number | undefined;
  readonly ifMatch: string | undefined;
}

/**
 * Begins to read an object: one request for its headers and its first MiB, which is all of most objects. So a body that
 * nobody reads holds no connection.
 * @throws what the SDK throws; StoreError `invalid-range`
 */
export async function openObject(
  bucket: Bucket,
  key: string,
  range: ByteRange | undefined,
  { ifMatch, signal }: CallOptions & { readonly ifMatch?: string | undefined },
): Promise<Opened> {
  const offset = range?.offset ?? 0;
  const length = range?.length ?? Infinity;
  const last = offset + Math.min(length, firstWindow) - 1;
  return withRetries({ attempts: bucket.settings.attempts, signal }, async () => {
    const answer = await getRange(bucket, { key, offset, last, ifMatch, signal });
    const beginning = Buffer.concat(await collect(arriving(answer.body, bucket, signal)));
    const expected = Math.max(0, Math.min(last + 1, answer.size) - offset);
    if (beginning.byteLength !== expected) throw cut(key, beginning.byteLength, expected);
    checkWhole(key, answer, offset, beginning);
    return { ...answer, beginning, range: { offset, length: Math.min(length, answer.size - offset) } };
  });
}

/** A small object's digest travels with it: then what arrived is known to be what was sent. */
function checkWhole(key: string, { size, sha256 }: HeadAnswer, offset: number, bytes: Uint8Array): void {
  if (sha256 === undefined || offset !== 0 || bytes.byteLength !== size) return;
  if (createHash('sha256').update(bytes).digest('hex') === sha256) return;
  throw Object.assign(new Error(`the bytes of ${key} do not have the sha256 ${sha256}`), {
    name: 'BadDigest',
  });
}

/**
 * The bytes of an opened object, several chunks at once. A connection that breaks or stalls is made again, from the byte where it broke and only
 * for the same version.
 * @throws (while reading) what the SDK throws; StoreError `precondition-failed` when the object was replaced since
 */
export async function* readOpened(
  bucket: Bucket,
  key: string,
  opened: Opened,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly Uint8Array[]> {
  signal?.throwIfAborted();
  const { range, beginning, etag } = opened;
  if (beginning.byteLength > 0) yield [beginning];
  const end = range.offset + range.length;
  let position = range.offset + beginning.byteLength;
  let failures = 0;
  while (position < end) {
    const begun = position;
    try {
      const { body } = await getRange(bucket, {
        key,
        offset: position,
        last: end - 1,
        ifMatch: etag,
        signal,
      });
      for await (const chunks of arriving(body, bucket, signal)) {
        const next = chunks.reduce((sum, { byteLength }) => sum + byteLength, position);
        if (next > end) throw cut(key, next, end);
        position = next;
        yield chunks;
      }
      if (position < end) throw cut(key, position, end);
    } catch (error) {
      signal?.throwIfAborted();
      failures = position > begun ? 1 : failures + 1;
      if (failureKind(error) !== 'transient' || failures >= bucket.settings.attempts) throw error;
      await pause(failures, signal);
    }
  }
}

/** One GET. Its answer is believed only if it is the range that was asked for. */
async function getRange(
  bucket: Bucket,
  { key, offset, last, ifMatch, signal }: Wanted,
): Promise<HeadAnswer & { readonly body: Readable }> {
  const { client, sdk } = await bucket.connection();
  const answer = await client.send(
    new sdk.GetObjectCommand({
      Bucket: bucket.name,
      Key: key,
      Range: `bytes=${offset}-${last ?? ''}`,
      ...(ifMatch === undefined ? {} : { IfMatch: ifMatch }),
    }),
    sendOptions(signal),
  );
  const body = answer.Body as Readable;
  const [, begin, , size] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(answer.ContentRange ?? '') ?? [];
  const isWhole = answer.ContentRange === undefined && offset === 0;
  if (!isWhole && Number(begin) !== offset) {
    body.destroy();
    throw new StoreError('io', `The server gave other bytes of ${JSON.stringify(key)} than were asked for.`, {
      key,
    });
  }
  return { ...headAnswer(answer), ...(isWhole ? {} : { size: Number(size) }), body };
}

/** A connection that ended too early, which Node doesn't always call an error. */
function cut(key: string, got: number, expected: number): Error {
  return Object.assign(new Error(`the connection ended at byte ${got} of ${expected} of ${key}`), {
    name: 'NetworkingError',
  });
}

async function collect(body: AsyncIterable<readonly Buffer[]>): Promise<Buffer[]> {
  const all: Buffer[] = [];
  for await (const chunks of body) all.push(...chunks);
  return all;
}
