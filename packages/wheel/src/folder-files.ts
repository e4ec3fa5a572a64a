import { constants } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { WheelError } from './error.js';
import type { WheelInput } from './input.js';
import { byName } from './layout.js';

/** A symbolic link that was found, and what became of it: a wheel holds no links. @public */
export interface FolderLink {
  readonly name: string;
  /** The file that it leads to, inside the folder. */
  readonly target: string;
  /** A library is stored once for all its names; another file is copied; a link to a folder is left out. */
  readonly stored: 'once' | 'copied' | 'left-out';
  /** The name under which the wheel has the content; `null` where it's left out. */
  readonly storedAs: string | null;
}

/** The files of a folder as a wheel takes them. @public */
export interface FolderFiles {
  readonly files: readonly WheelInput[];
  readonly links: readonly FolderLink[];
}

/** Asks what a library calls itself (DT_SONAME): the name under which others look for it. @public */
export type LibraryName = (path: string) => Promise<string | undefined>;

/** Options of `listFolder`. @public */
export interface FolderOptions {
  /** What a library calls itself, so that one with several names is stored under the right one. */
  readonly libraryName?: LibraryName;
  /** Whether a path below the folder, with `/`, is no part of it: neither looked at nor followed. */
  readonly leaveOut?: (name: string) => boolean;
}

const LIBRARY = /\.(?:so(?:\.[0-9.]+)?|dylib|dll|pyd)$/;

/**
 * Lists every file of a folder under its name in a wheel, with `/`. Links are never followed out of the folder
 * (`link-leads-out`). A library with several names (`libx.so -> libx.so.1 -> libx.so.1.2`) is stored once: under
 * the name that `libraryName` says, if it's one of them, else under that of the file itself. Links to other files
 * become copies; links to folders are left out. What isn't a file, link or folder is refused (`not-a-regular-file`).
 */
export async function listFolder(
  root: string,
  { libraryName, leaveOut = () => false }: FolderOptions = {},
): Promise<FolderFiles> {
  const base = await realpath(root).catch((cause: unknown) => {
    throw new WheelError('not-found', `${root} is not there`, { cause });
  });
  const entries = await readdir(base, { recursive: true, withFileTypes: true });
  const files = new Map<string, string>();
  const links: { readonly name: string; readonly path: string; readonly target: string }[] = [];
  const folders: FolderLink[] = [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(base, path).split(sep).join('/');
    if (entry.isDirectory() || leaveOut(name)) continue;
    if (entry.isFile()) files.set(name, path);
    else if (entry.isSymbolicLink()) {
      const target = await targetOf(path, base);
      const targetName = relative(base, target).split(sep).join('/');
      if ((await stat(target)).isDirectory())
        folders.push({ name, target: targetName, stored: 'left-out', storedAs: null });
      else links.push({ name, path: target, target: targetName });
    } else
      throw new WheelError('not-a-regular-file', `${path} is neither a file nor a folder`, { member: name });
  }
  const stored = await storeOnce(files, links, libraryName);
  const inputs = await Promise.all([...files].map(([name, path]) => inputOf(name, path)));
  return { files: inputs.sort(byName), links: [...stored, ...folders].sort(byName) };
}

async function targetOf(path: string, base: string): Promise<string> {
  const target = await realpath(path).catch((cause: unknown) => {
    throw new WheelError('link-leads-out', `${path} is a link that leads nowhere`, { cause });
  });
  if (target.startsWith(base + sep)) return target;
  throw new WheelError('link-leads-out', `${path} is a link to ${target}, outside ${base}`, {
    hint: 'Copy the file into the folder: nothing of this machine gets into a wheel by accident.',
  });
}

/** Gives each linked library its one name, and each other link its copy; `files` is changed accordingly. */
async function storeOnce(
  files: Map<string, string>,
  links: readonly { readonly name: string; readonly path: string; readonly target: string }[],
  libraryName: LibraryName | undefined,
): Promise<FolderLink[]> {
  const report: FolderLink[] = [];
  const groups = new Map<string, string[]>();
  for (const { name, path, target } of links) {
    if (LIBRARY.test(name) && LIBRARY.test(target)) groups.set(target, [...(groups.get(target) ?? []), name]);
    else {
      files.set(name, path);
      report.push({ name, target, stored: 'copied', storedAs: name });
    }
  }
  for (const [target, names] of groups) {
    // What is left out under its own name may still have a link that isn't.
    const path = files.get(target) ?? links.find((link) => link.target === target)?.path ?? '';
    const wanted = await libraryName?.(path);
    // Of two links of that name in two folders, the first in order.
    const storedAs =
      basename(target) === wanted
        ? target
        : (names.sort().find((name) => basename(name) === wanted) ?? target);
    files.delete(target);
    files.set(storedAs, path);
    for (const name of names) report.push({ name, target, stored: 'once', storedAs });
  }
  return report;
}

async function inputOf(name: string, path: string): Promise<WheelInput> {
  const { mode } = await stat(path);
  return { name, executable: (mode & constants.S_IXUSR) !== 0, content: { path } };
}
