import { createHash, randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreError } from '../error.js';
import type { ObjectBody, PutOptions } from '../store.js';
import { chunksOf } from '../body-source.js';

/** A file that holds all bytes of an object and has no key yet. */
export interface TemporaryFile {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
  readonly modified: Date;
}

/**
 * Writes a body to a file of its own and flushes it to the disk, so that a later link or rename makes it visible
 * whole, also after a power cut. Its name says which process wrote it; whatever lies in `folder` belongs to a
 * writer that is at work or was killed. Nothing is left when this throws.
 * @throws StoreError `source-unreadable`, `checksum-mismatch`; errors of the file system as they are
 */
export async function writeTemporaryFile(
  folder: string,
  body: ObjectBody,
  { signal, onProgress, sha256: expected }: PutOptions,
): Promise<TemporaryFile> {
  const path = join(folder, `${process.pid}-${randomUUID()}.tmp`);
  const handle = await open(path, 'wx');
  try {
    const hash = createHash('sha256');
    let size = 0;
    for await (const chunk of chunksOf(body, signal)) {
      signal?.throwIfAborted();
      hash.update(chunk);
      await handle.writeFile(chunk);
      size += chunk.byteLength;
      onProgress?.(size);
    }
    signal?.throwIfAborted();
    const sha256 = hash.digest('hex');
    if (expected !== undefined && expected !== sha256) throw mismatch(expected, sha256);
    await handle.sync();
    const { mtime: modified } = await handle.stat();
    await handle.close();
    return { path, size, sha256, modified };
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(path, { force: true });
    throw error;
  }
}

function mismatch(expected: string, actual: string): StoreError {
  return new StoreError(
    'checksum-mismatch',
    `The bytes have the sha256 ${actual}; expected was ${expected}.`,
    {
      hint: 'The source changed while it was being stored, or its digest was taken from something else.',
    },
  );
}
