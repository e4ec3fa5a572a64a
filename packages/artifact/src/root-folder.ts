import { constants } from 'node:fs';
import { lstat, open, readlink, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { ArtifactError } from './error.js';

/** What is read of a text file at most; os-release files have some hundred bytes. */
const mostBytes = 1 << 16;
/** Symbolic links on one path, as Linux has it (path_resolution(7)). */
const mostLinks = 40;

/**
 * A reader of text files below a root folder: of this machine (`/`), or of a container, whose file system lies in a
 * folder. Symbolic links lead where they lead inside: none leads out of the root, as in a chroot.
 * @param root - an absolute path
 * @returns a reader which gives up to 64 KiB of a regular file, `undefined` where there is none that can be read
 * @throws ArtifactError `unreadable-file` where the root is no folder
 * @public
 */
export async function textReaderBelow(root: string): Promise<(path: string) => Promise<string | undefined>> {
  const isFolder = await stat(root).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (!isFolder) {
    throw new ArtifactError(
      'unreadable-file',
      `${root} is no folder, so that no operating system is in it.`,
      {
        hint: "Pass the root folder of the container's file system, or --os with its word.",
      },
    );
  }
  return async (path) => {
    const place = await resolveBelow(root, path);
    return place === undefined ? undefined : readText(join(root, ...place));
  };
}

/** The parts of a path below the root after every symbolic link, or `undefined` where the links have no end. */
async function resolveBelow(root: string, path: string): Promise<readonly string[] | undefined> {
  let left = path.split(sep).filter((part) => part !== '');
  let place: string[] = [];
  for (let links = 0; left.length > 0; ) {
    const [part = '', ...rest] = left;
    left = rest;
    if (part === '.') continue;
    if (part === '..') {
      place = place.slice(0, -1);
      continue;
    }
    const here = join(root, ...place, part);
    const target = await linkTarget(here);
    if (target === undefined) {
      place = [...place, part];
      continue;
    }
    if ((links += 1) > mostLinks) return undefined;
    if (target.startsWith(sep)) place = [];
    left = [...target.split(sep).filter((step) => step !== ''), ...left];
  }
  return place;
}

async function linkTarget(path: string): Promise<string | undefined> {
  try {
    return (await lstat(path)).isSymbolicLink() ? await readlink(path) : undefined;
  } catch {
    return undefined;
  }
}

async function readText(path: string): Promise<string | undefined> {
  try {
    // Without waiting for whoever writes into a named pipe.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      if (!(await file.stat()).isFile()) return undefined;
      const { buffer, bytesRead } = await file.read(Buffer.alloc(mostBytes), 0, mostBytes, 0);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}
