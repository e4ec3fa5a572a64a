import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from './error.js';

/**
 * Makes a folder and those above it that are missing. Node's own way to do that never ends where a folder that is there
 * says that no other can be made in it because it isn't there, as /proc does.
 *
 * Throws the system's error.
 */
export async function makeFolders(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return;
    const parent = dirname(path);
    if (code !== 'ENOENT' || parent === path) throw error;
    await makeFolders(parent);
    await mkdir(path).catch((again: unknown) => {
      // Another process may have made it meanwhile.
      if (systemCode(again) !== 'EEXIST') throw again;
    });
  }
}
