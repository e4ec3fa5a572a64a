import type { Stats } from 'node:fs';
import { StoreError } from '../error.js';
import type { ByteRange } from '../store.js';
import { openNoFollow, readChunks } from './digest.js';
import type { Location } from './location.js';
import { fromSystemError } from './system-error.js';

/**
 * The part of an object that a range asks for (RFC 9110, section 14.1.2: an end behind the object is cut).
 * @throws StoreError `invalid-range` where it begins behind the object or has no sense
 */
export function resolveRange(key: string, size: number, range: ByteRange | undefined): Required<ByteRange> {
  if (range === undefined) return { offset: 0, length: size };
  const { offset, length = Infinity } = range;
  const sensible = Number.isSafeInteger(offset) && offset >= 0 && length > 0;
  if (!sensible || offset >= size) {
    const asked = `offset ${offset}${range.length === undefined ? '' : `, length ${range.length}`}`;
    throw new StoreError(
      'invalid-range',
      `${JSON.stringify(key)} has ${size} bytes; asked for was ${asked}.`,
      { key },
    );
  }
  return { offset, length: Math.min(length, size - offset) };
}

/**
 * The bytes of an object, as it was when `expected` was taken. The file is opened when the first bytes are asked for,
 * so a body that nobody reads holds nothing open.
 * @throws StoreError (while reading) `precondition-failed` when the object was replaced or removed since
 */
export async function* readObject(
  location: Location,
  expected: Stats,
  { offset, length }: Required<ByteRange>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const { key, path } = location;
  try {
    const handle = await openNoFollow(path);
    try {
      if (!isSameVersion(expected, await handle.stat())) throw replaced(key);
      let read = 0;
      for await (const chunk of readChunks(handle, offset, length)) {
        signal?.throwIfAborted();
        read += chunk.byteLength;
        // A copy: the caller may keep chunks, the reader uses its buffer again.
        yield Buffer.from(chunk);
      }
      if (read !== length) throw replaced(key);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw fromSystemError(error, 'read the object', key);
  }
}

/** Not the time of the inode's change: a writer's last step, to drop the temporary name, sets it again. */
function isSameVersion(one: Stats, other: Stats): boolean {
  return one.ino === other.ino && one.size === other.size && one.mtimeMs === other.mtimeMs;
}

function replaced(key: string): StoreError {
  return new StoreError(
    'precondition-failed',
    `The object ${JSON.stringify(key)} changed while it was read.`,
    {
      key,
      hint: 'Try again.',
    },
  );
}
