import { chmod, lstat, mkdir, open, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ArtifactError } from './error.js';
import { digestLocal } from './local-file.js';
import { parseMeta, type MetaFile } from './meta.js';

/** A file that was fetched and checked, and where it goes. */
export interface FetchedFile {
  readonly path: string;
  readonly name: string;
  readonly mode: number;
}

/**
 * Moves an artifact's files to their places. The meta file of an earlier pull goes first and the new one comes last:
 * where it lies, everything that it names is there, whole.
 * @param meta - the new meta file, in the staging folder too
 * @throws ArtifactError `destination` where something is in the way
 */
export async function installFiles(
  destination: string,
  files: readonly FetchedFile[],
  meta: FetchedFile,
): Promise<void> {
  for (const { name } of [...files, meta]) await checkPlace(destination, name);
  const before = await setAside(join(destination, meta.name), join(dirname(meta.path), 'previous.meta'));
  const folders = new Set<string>([destination]);
  for (const file of files) {
    await makeParents(destination, file.name);
    await move(destination, file);
    folders.add(dirname(join(destination, file.name)));
  }
  const names = new Set(files.map(({ name }) => name));
  for (const old of before.filter(({ name }) => !names.has(name))) await removeUnchanged(destination, old);
  for (const folder of folders) await syncFolder(folder);
  await move(destination, meta);
  await syncFolder(destination);
}

async function move(destination: string, { path, name, mode }: FetchedFile): Promise<void> {
  await chmod(path, mode);
  await rename(path, join(destination, name));
}

/**
 * Takes an earlier pull's meta file away, into the staging folder: should this pull be killed, the next one finds it
 * there, and knows as this one does which files are to go.
 * @returns what it names, and what one names that such a killed pull has left
 */
async function setAside(path: string, aside: string): Promise<readonly MetaFile[]> {
  const before = [...(await filesOf(aside)), ...(await filesOf(path))];
  await rename(path, aside).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  });
  return before;
}

/** What an earlier pull put here. A meta file that can't be understood names nothing. */
async function filesOf(path: string): Promise<readonly MetaFile[]> {
  try {
    return parseMeta(await readFile(path)).files;
  } catch {
    return [];
  }
}

/** A file of an earlier pull which the new artifact hasn't, unless somebody has changed it since. */
async function removeUnchanged(destination: string, { name, sha256 }: MetaFile): Promise<void> {
  const path = join(destination, name);
  if ((await lstatOrUndefined(path))?.isFile() !== true) return;
  if ((await digestLocal(path, undefined)).sha256 !== sha256) return;
  await rm(path, { force: true });
  const parent = dirname(path);
  if (parent !== destination) await rmdir(parent).catch(() => undefined);
}

/** No part of the way may be a symbolic link, which could lead out of the destination, and no file be a folder. */
async function checkPlace(destination: string, name: string): Promise<void> {
  const parts = name.split('/');
  for (let depth = 1; depth <= parts.length; depth += 1) {
    const path = join(destination, ...parts.slice(0, depth));
    const stats = await lstatOrUndefined(path);
    if (stats === undefined) return;
    const isLast = depth === parts.length;
    if (isLast ? stats.isDirectory() : !stats.isDirectory()) {
      throw new ArtifactError('destination', `${path} is in the way of ${name}.`, {
        hint: 'Pull into an empty folder, or move it away.',
      });
    }
  }
}

async function makeParents(destination: string, name: string): Promise<void> {
  const parents = name.split('/').slice(0, -1);
  for (let depth = 1; depth <= parents.length; depth += 1) {
    await mkdir(join(destination, ...parents.slice(0, depth))).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    });
  }
}

async function lstatOrUndefined(path: string) {
  try {
    return await lstat(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** A new name survives a power cut only when its folder is flushed too; Windows has no such call. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(path);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
