import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { StoreError } from './error.js';
import type { ObjectBody } from './store.js';
import { readChunks } from './folder/digest.js';
import { systemCode } from './folder/system-error.js';

/**
 * The bytes of a body, whatever its kind. A chunk is valid until the next one is asked for.
 * @throws StoreError `source-unreadable`, so that what the source says isn't taken for what the store's disk says;
 * the reason of the signal; other errors of a stream as they are
 */
export async function* chunksOf(
  body: ObjectBody,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  try {
    if (body instanceof Uint8Array) yield body;
    else if ('file' in body) yield* chunksOfFile(body.file);
    else yield* signal === undefined ? body : untilAborted(body, signal);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    const source = 'file' in body ? `the file ${body.file}` : 'the stream to be stored';
    throw new StoreError('source-unreadable', `Could not read ${source}: ${String(error)}`, { cause: error });
  }
}

/** Without O_NONBLOCK the open of a named pipe would wait for its writer. */
async function* chunksOfFile(path: string): AsyncGenerator<Uint8Array> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!(await handle.stat()).isFile()) {
      throw new StoreError('source-unreadable', `${path} is not a regular file.`);
    }
    yield* readChunks(handle, 0, Infinity);
  } finally {
    await handle.close();
  }
}

/** An abort ends the wait for a stream that has stalled, too. */
async function* untilAborted(
  stream: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const iterator = stream[Symbol.asyncIterator]();
  let onAbort = (): void => undefined;
  const aborted = new Promise<'aborted'>((resolve) => {
    onAbort = () => {
      resolve('aborted');
    };
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    for (;;) {
      signal.throwIfAborted();
      const next = await Promise.race([iterator.next(), aborted]);
      if (next === 'aborted') continue;
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Not awaited: a stalled stream would not answer. It's told to close, and its complaints come too late.
    iterator.return?.().catch(() => undefined);
  }
}
