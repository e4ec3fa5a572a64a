import { type FileHandle, lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { WheelError } from './error.js';
import { fileError } from './system-error.js';
import { sweep, temporaryName } from './temporary-name.js';

/**
 * Writes a file as a whole or not at all: `write` gets a new file beside the destination, which is synced to
 * disk and renamed over it when `write` is done. After any error, `write`'s own too, the new file is removed and
 * the destination is as before; what a killed run left there is removed first. Throws `out-of-space`, `not-found`, `io`, and what `write` throws.
 */
export async function replaceFile<T>(
  path: string,
  write: (file: FileHandle, path: string) => Promise<T>,
): Promise<T> {
  const folder = dirname(path);
  const temporary = temporaryName(folder);
  await sweep(folder);
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

/**
 * Makes a folder as a whole or not at all: `fill` gets a new folder beside the destination, which is renamed to it
 * when it's done. With `replace`, one that is there gives way; else it's refused with `exists`.
 */
export async function makeFolder<T>(
  path: string,
  options: { readonly replace: boolean },
  fill: (folder: string) => Promise<T>,
): Promise<T> {
  const parent = dirname(path);
  const temporary = temporaryName(parent);
  const old = await lstat(path).catch(() => undefined);
  if (old !== undefined && !options.replace) {
    throw new WheelError('exists', `${path} is there already`, {
      hint: 'Remove it, choose another folder, or pass --force to replace it.',
    });
  }
  await sweep(parent);
  try {
    await mkdir(temporary);
    const result = await fill(temporary);
    // Out of the way at once, and removed when the new one is there: no moment sees half of it.
    const aside = temporaryName(parent);
    if (old !== undefined) await rename(path, aside);
    await rename(temporary, path);
    await syncFolder(parent);
    await rm(aside, { recursive: true, force: true });
    return result;
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    throw fileError(error, 'writing', path);
  }
}

/** Makes the rename itself durable; some systems don't open folders, and the file is whole there as well. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
