import { constants } from 'node:fs';
import {
  chmod,
  copyFile,
  lstat,
  mkdir,
  readdir,
  readlink,
  rm,
  stat,
  symlink,
  utimes,
} from 'node:fs/promises';
import type { Dirent, Stats } from 'node:fs';
import { join, relative } from 'node:path';
import { resolveInside } from '../containment.js';
import { errnoOf, RunnerError, type RunnerErrorCode } from '../error.js';

/** A folder whose content is laid over a tree. */
export interface Layer {
  /** Absolute folder; only read. */
  readonly from: string;
  /** Relative folder inside the tree. */
  readonly to: string;
  readonly origin: string;
  /** The code of the error if the layer leads out of the tree. */
  readonly outside: RunnerErrorCode;
  /** Paths of the layer that aren't copied. */
  readonly leaveOut?: (path: string, entry: Dirent) => boolean;
}

/** Enough to keep a disk busy without running out of file descriptors. */
const AT_ONCE = 32;

/**
 * Copies a layer over the tree: a file replaces a file or a link, folders are merged. Modes become 644 or 755,
 * times are kept (make compares them), links stay links. Nothing is written outside the tree, also not through
 * links that the tree already has.
 *
 * @param tree - the real path of a folder
 * @throws {@link RunnerError} the layer's `outside` code; `overlay-conflict` for a file over a folder or a
 *   folder over a file; `source-unreadable` for devices, sockets and pipes
 */
export async function copyLayer(tree: string, layer: Layer, signal?: AbortSignal): Promise<void> {
  await copyFolder(tree, layer, layer.from, layer.to, signal);
  await refuseEscapingLinks(tree, layer);
}

async function copyFolder(
  tree: string,
  layer: Layer,
  from: string,
  to: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  const folder = await resolveInside(tree, to);
  if (folder === undefined) throw outside(layer, `${to} leads outside the source tree`);
  await makeFolder(folder, layer, to);
  const entries = (await readdir(from, { withFileTypes: true })).filter(
    (entry) => layer.leaveOut?.(join(from, entry.name), entry) !== true,
  );
  const files = entries.filter((entry) => !entry.isDirectory());
  for (let start = 0; start < files.length; start += AT_ONCE) {
    signal?.throwIfAborted();
    const batch = files.slice(start, start + AT_ONCE);
    await Promise.all(batch.map((entry) => copyEntry(layer, entry, from, folder)));
  }
  for (const entry of entries) {
    if (!entry.isDirectory()) continue;
    await copyFolder(tree, layer, join(from, entry.name), join(to, entry.name), signal);
  }
}

async function makeFolder(folder: string, layer: Layer, name: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    if (errnoOf(cause) !== 'EEXIST' && errnoOf(cause) !== 'ENOTDIR') throw cause;
    throw new RunnerError(
      'overlay-conflict',
      `${layer.origin}: ${name} is a folder here and a file in the tree`,
      {
        hint: 'rename one of them: removals come after the overlays',
        cause,
      },
    );
  }
}

async function copyEntry(layer: Layer, entry: Dirent, fromFolder: string, toFolder: string): Promise<void> {
  const from = join(fromFolder, entry.name);
  const to = join(toFolder, entry.name);
  if (!entry.isFile() && !entry.isSymbolicLink()) {
    throw new RunnerError(
      'source-unreadable',
      `${layer.origin}: ${from} is neither a file, a folder nor a link`,
    );
  }
  const before = await statusOf(to);
  if (before?.isDirectory() === true) {
    throw new RunnerError('overlay-conflict', `${layer.origin}: ${from} is a file, and a folder in the tree`);
  }
  // An existing link is replaced, not written through; a read-only file is no obstacle.
  if (before !== undefined) await rm(to);
  if (entry.isSymbolicLink()) {
    await symlink(await readlink(from), to);
    return;
  }
  await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  const { mode, atime, mtime } = await stat(from);
  await chmod(to, (mode & constants.S_IXUSR) === 0 ? 0o644 : 0o755);
  await utimes(to, atime, mtime);
}

async function statusOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Looks at every link of the tree: what is compiled must be what was copied (and hashed), so a link that leads
 * to the machine's own files is refused.
 *
 * @throws {@link RunnerError} the layer's `outside` code
 */
export async function refuseEscapingLinks(
  tree: string,
  layer: Pick<Layer, 'origin' | 'outside'>,
): Promise<void> {
  for (const entry of await readdir(tree, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) continue;
    const name = relative(tree, join(entry.parentPath, entry.name));
    if ((await resolveInside(tree, name)) !== undefined) continue;
    throw outside(
      layer,
      `the link ${name} -> ${await readlink(join(tree, name))} leads outside the source tree`,
    );
  }
}

function outside(layer: Pick<Layer, 'origin' | 'outside'>, problem: string): RunnerError {
  return new RunnerError(layer.outside, `${layer.origin}: ${problem}`, {
    hint: 'copy what it leads to into the tree, or lay it over the tree with an overlay of its own',
  });
}
