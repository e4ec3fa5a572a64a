import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import type { CallOptions } from '../store.js';

const chunkSize = 1024 * 1024;

/** The digest of a file, and the file itself as it was when the digest was taken. */
export interface DigestedFile {
  readonly sha256: string;
  readonly stats: Stats;
}

/** An object's entity tag is the digest of its content: nothing has to be kept beside the files. */
export function etagOf(sha256: string): string {
  return `"${sha256}"`;
}

/** Opens a file for reading, never through a symbolic link, and never waiting for the other end of a pipe. */
export async function openNoFollow(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
}

/** Reads a file once for its digest. */
export async function digestFile(path: string, { signal }: CallOptions = {}): Promise<DigestedFile> {
  const handle = await openNoFollow(path);
  try {
    const hash = createHash('sha256');
    for await (const chunk of readChunks(handle, 0, Infinity)) {
      signal?.throwIfAborted();
      hash.update(chunk);
    }
    return { sha256: hash.digest('hex'), stats: await handle.stat() };
  } finally {
    await handle.close();
  }
}

/** The bytes of an open file from `offset`, at most `length`. A chunk is valid until the next one is asked for. */
export async function* readChunks(
  handle: FileHandle,
  offset: number,
  length: number,
): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.allocUnsafe(Math.min(chunkSize, length));
  let position = offset;
  let left = length;
  while (left > 0) {
    const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, left), position);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    position += bytesRead;
    left -= bytesRead;
  }
}
