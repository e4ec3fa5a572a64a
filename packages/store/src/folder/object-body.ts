import type { Stats } from 'node:fs';
import { StoreError } from '../error.js';
import type { ByteRange } from '../store.js';
import { openNoFollow, readChunks } from './digest.js';
import type { Location } from './location.js';
import { fromSystemError } from './system-error.js';

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
