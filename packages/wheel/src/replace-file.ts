import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileError } from './system-error.js';

/**
 * Writes a file as a whole or not at all: `write` gets a new file beside the destination, which is synced to
 * disk and renamed over it when `write` is done. After any error, `write`'s own too, the new file is removed and
 * the destination is as before. Throws `out-of-space`, `not-found`, `io`, and what `write` throws.
 */
export async function replaceFile<T>(
  path: string,
  write: (file: FileHandle, path: string) => Promise<T>,
): Promise<T> {
  const folder = dirname(path);
  const temporary = join(folder, `.wheelwright-${randomBytes(8).toString('hex')}.tmp`);
  let file: FileHandle | undefined;
  try {
    // The mode less the umask: 644 where that is usual, so that the wheel can be served.
    file = await open(temporary, 'wx+', 0o666);
    const result = await write(file, temporary);
    await file.sync();
    await file.close();
    file = undefined;
    await rename(temporary, path);
    await syncFolder(folder);
    return result;
  } catch (error) {
    await file?.close().catch(() => undefined);
    await rm(temporary, { force: true }).catch(() => undefined);
    throw fileError(error, 'writing', path);
  }
}

/** Makes the rename itself durable; some systems don't open folders, and the file is whole there as well. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
