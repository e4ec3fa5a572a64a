import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SweepOptions, Unfinished } from '../store.js';
import { reserved } from './location.js';
import { systemCode } from './system-error.js';

/** Removes the temporary files and abandoned locks of writers that were killed. */
export async function* sweepFolder(
  root: string,
  { before, dryRun = false, signal }: SweepOptions,
): AsyncGenerator<Unfinished> {
  for (const name of ['tmp', 'locks']) {
    const folder = join(root, reserved, name);
    for (const entry of await entriesOf(folder)) {
      signal?.throwIfAborted();
      const path = join(folder, entry);
      const stats = await lstat(path).catch((error: unknown) => {
        if (systemCode(error) === 'ENOENT') return undefined;
        throw error;
      });
      if (stats?.isFile() !== true || stats.mtime >= before) continue;
      if (!dryRun) await rm(path, { force: true });
      yield { name: `${reserved}/${name}/${entry}`, modified: stats.mtime };
    }
  }
}

async function entriesOf(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}
