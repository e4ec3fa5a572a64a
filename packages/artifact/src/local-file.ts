import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { ArtifactError } from './error.js';

/** What a file is before it is read. */
export interface LocalStats {
  readonly size: number;
  /** 0o755 for what may be run, 0o644 for everything else: the same on every machine. */
  readonly mode: number;
}

/**
 * Looks at a file that is to be stored; links are followed, for libraries are often links to their versions.
 * @throws ArtifactError `unreadable-file`
 */
export async function inspectLocal(path: string): Promise<LocalStats> {
  return withFile(path, async (handle) => {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new ArtifactError('unreadable-file', `${path} is not a regular file.`);
    return { size: stats.size, mode: (stats.mode & 0o111) === 0 ? 0o644 : 0o755 };
  });
}

/** The sha256 of a file's bytes, with their number. */
export async function digestLocal(
  path: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly size: number; readonly sha256: string }> {
  return withFile(path, async (handle) => {
    const hash = createHash('sha256');
    let size = 0;
    for await (const chunk of handle.createReadStream({ autoClose: false, highWaterMark: 1024 * 1024 })) {
      signal?.throwIfAborted();
      hash.update(chunk as Uint8Array);
      size += (chunk as Uint8Array).byteLength;
    }
    return { size, sha256: hash.digest('hex') };
  });
}

/** Opened without waiting, in case it is a pipe. */
async function withFile<T>(
  path: string,
  work: (handle: Awaited<ReturnType<typeof open>>) => Promise<T>,
): Promise<T> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((cause: unknown) => {
    throw new ArtifactError('unreadable-file', `Could not open ${path}: ${String(cause)}`, {
      hint: 'Check the path.',
      cause,
    });
  });
  try {
    return await work(handle);
  } finally {
    await handle.close();
  }
}
