import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { checkPrefix, isSegment } from '../key.js';
import type { ListedObject } from '../store.js';
import { reserved } from './location.js';
import { systemCode } from './system-error.js';

/**
 * The objects below a folder whose keys begin with `prefix`, in the order of their keys' bytes. Symbolic links,
 * special files and names that no key can have are passed over, as is the store's own folder.
 */
export async function* listFolder(
  root: string,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<ListedObject> {
  const parents = checkPrefix(prefix).slice(0, -1);
  if (parents[0]?.toLowerCase() === reserved) return;
  for (let depth = 1; depth <= parents.length; depth += 1) {
    if (!(await isFolder(join(root, ...parents.slice(0, depth))))) return;
  }
  yield* walk(root, parents.map((name) => `${name}/`).join(''), prefix, signal);
}

async function* walk(
  root: string,
  base: string,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<ListedObject> {
  signal?.throwIfAborted();
  for (const entry of await sortedEntries(join(root, base))) {
    const key = base + entry.name;
    if (base === '' && entry.name.toLowerCase() === reserved) continue;
    if (entry.isDirectory()) {
      if (`${key}/`.startsWith(prefix)) yield* walk(root, `${key}/`, prefix, signal);
    } else if (entry.isFile() && key.startsWith(prefix)) {
      const stats = await lstatOrUndefined(join(root, key));
      if (stats?.isFile()) yield { key, size: stats.size, modified: stats.mtime };
    }
  }
}

/** `a.b` comes before `a/b`: a folder sorts as its keys do, with the `/` behind its name. */
async function sortedEntries(folder: string): Promise<readonly Dirent[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  });
  return entries
    .filter((entry) => isSegment(entry.name))
    .map((entry) => ({ entry, name: Buffer.from(entry.isDirectory() ? `${entry.name}/` : entry.name) }))
    .sort((one, other) => Buffer.compare(one.name, other.name))
    .map(({ entry }) => entry);
}

async function isFolder(path: string): Promise<boolean> {
  return (await lstatOrUndefined(path))?.isDirectory() ?? false;
}

async function lstatOrUndefined(path: string) {
  try {
    return await lstat(path);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
