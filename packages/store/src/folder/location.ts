import type { Stats } from 'node:fs';
import { lstat, mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { checkKey } from '../key.js';
import { StoreError } from '../error.js';
import { systemCode } from './system-error.js';

/** The store's own folder inside its root: files being written, and locks. No key may begin with it. */
export const reserved = '.wheelwright';

/** Where an object lies in a folder store. */
export interface Location {
  readonly key: string;
  /** The folders between the root and the file, from the outside in. */
  readonly parents: readonly string[];
  readonly path: string;
}

/**
 * The place of a key, by its name alone.
 * @throws StoreError `invalid-key`
 */
export function locate(root: string, key: string): Location {
  const segments = checkKey(key);
  if (segments[0]?.toLowerCase() === reserved) {
    throw new StoreError('invalid-key', `The key ${JSON.stringify(key)} lies in the store's own folder.`, {
      key,
      hint: `Keys must not begin with '${reserved}/'.`,
    });
  }
  const parents = segments.slice(0, -1).map((_, index) => join(root, ...segments.slice(0, index + 1)));
  return { key, parents, path: join(root, ...segments) };
}

/**
 * The file of a key, or `undefined` where there is none. Every part of the way is looked at, for a symbolic
 * link inside the root could lead out of it.
 * @throws StoreError `access-denied` at a symbolic link
 */
export async function findFile(location: Location): Promise<Stats | undefined> {
  for (const parent of location.parents) {
    const stats = await statNoFollow(parent, location.key);
    if (!stats?.isDirectory()) return undefined;
  }
  const stats = await statNoFollow(location.path, location.key);
  return stats?.isFile() ? stats : undefined;
}

/**
 * Makes the folders that lead to a key, one by one: a recursive mkdir would follow symbolic links.
 * @throws StoreError `access-denied` at a symbolic link, `key-conflict` where a file is in the way
 */
export async function makeParents(location: Location): Promise<void> {
  for (const parent of location.parents) await makeFolder(parent, location.key);
  const stats = await statNoFollow(location.path, location.key);
  if (stats?.isDirectory()) throw inTheWay(location.key);
}

/** Makes the store's root and a folder of the store's own inside it, for files being written or for locks. */
export async function makeOwnFolder(root: string, name: 'tmp' | 'locks'): Promise<string> {
  await mkdir(root, { recursive: true });
  await makeFolder(join(root, reserved), reserved);
  await makeFolder(join(root, reserved, name), reserved);
  return join(root, reserved, name);
}

/** Removes the folders that a deleted object left empty, so that their names can be keys again. */
export async function removeEmptyParents(location: Location): Promise<void> {
  for (const parent of location.parents.toReversed()) {
    try {
      await rmdir(parent);
    } catch {
      return; // Not empty, or gone already: either way nothing is left to do here.
    }
  }
}

async function makeFolder(path: string, key: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
    const stats = await statNoFollow(path, key);
    if (stats !== undefined && !stats.isDirectory()) throw inTheWay(key);
  }
}

async function statNoFollow(path: string, key: string): Promise<Stats | undefined> {
  let stats: Stats;
  try {
    stats = await lstat(path);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
  if (stats.isSymbolicLink()) {
    throw new StoreError(
      'access-denied',
      `On the way to ${JSON.stringify(key)} lies a symbolic link: ${path}`,
      {
        key,
        hint: 'A folder store follows no symbolic links below its root. Replace the link by what it points to.',
      },
    );
  }
  return stats;
}

function inTheWay(key: string): StoreError {
  return new StoreError(
    'key-conflict',
    `The key ${JSON.stringify(key)} begins another key, or the reverse.`,
    {
      key,
      hint: "'a' and 'a/b' can't both be objects in a folder.",
    },
  );
}
