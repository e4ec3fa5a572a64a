import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { StoreError } from '../error.js';
import { systemCode } from '../folder/system-error.js';

/**
 * Opens a file whose bytes are to be stored. Without O_NONBLOCK the open of a named pipe would wait for its writer.
 * @throws StoreError `source-unreadable`
 */
export async function openRegularFile(path: string): Promise<FileHandle> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    throw systemCode(error) === undefined ? error : unreadable(path, error);
  });
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw new StoreError('source-unreadable', `${path} is not a regular file.`);
}

/** What the source says, so that it isn't taken for what the server says. */
export function unreadable(path: string, cause: unknown): StoreError {
  return new StoreError('source-unreadable', `Could not read the file ${path}: ${String(cause)}`, { cause });
}
