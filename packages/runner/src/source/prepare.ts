import type { Dirent } from 'node:fs';
import { existsSync } from 'node:fs';
import { mkdir, realpath, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { staysInside } from '../containment.js';
import { RunnerError } from '../error.js';
import type { SourceRequest } from '../request.js';
import { copyLayer, refuseEscapingLinks } from './layer.js';
import { provideMaterial, type MaterialContext } from './material.js';
import { applyPatch } from './patch.js';
import { removeMatching } from './removal.js';
import { hashTree } from './tree-hash.js';

/**
 * Makes the tree that is compiled: a copy of the base, then overlays, removals and patches, each in the order
 * given. The originals are only read.
 *
 * Left behind: `.git`, the paths of `exclude`, and folders in which CMake has built before. Their cache names the
 * original by its absolute path, so that CMake would build there, and their libraries would pass for new ones.
 *
 * @param tree - an absolute path that doesn't exist yet; its parent does
 * @returns the sha256 of the merged tree
 * @throws {@link RunnerError} `source-*`, `overlay-*`, `removal-*`, `patch-failed`, and what fetching may throw
 */
export async function prepareSource(
  request: SourceRequest,
  tree: string,
  context: MaterialContext,
): Promise<string> {
  const { signal } = context;
  const excluded = new Set(await Promise.all((request.exclude ?? []).map(realOrSame)));
  const leaveOut =
    (base: string) =>
    (path: string, entry: Dirent): boolean =>
      entry.name === '.git' || excluded.has(path) || isCMakeLeftover(base, path, entry);

  await mkdir(tree);
  const root = await realpath(tree);
  const layers = `${root}.layers`;
  await mkdir(layers);
  try {
    const base = await provideMaterial(
      request,
      request,
      join(layers, 'base'),
      { missing: 'source-missing' },
      context,
    );
    const layer = { from: base, to: '.', origin: request.origin, outside: 'source-outside' } as const;
    await copyLayer(root, { ...layer, leaveOut: leaveOut(base) }, signal);
    for (const [index, overlay] of (request.overlays ?? []).entries()) {
      const { to, origin } = overlay;
      if (!staysInside(to)) {
        throw new RunnerError('overlay-outside', `${origin}: '${to}' leads outside the source tree`, {
          hint: "an overlay goes to a folder of the tree: relative, without '..'",
        });
      }
      const place = join(layers, String(index));
      const from = await provideMaterial(overlay, overlay, place, { missing: 'overlay-missing' }, context);
      await copyLayer(
        root,
        { from, to, origin, outside: 'overlay-outside', leaveOut: leaveOut(base) },
        signal,
      );
    }
  } finally {
    await rm(layers, { recursive: true, force: true });
  }
  for (const removal of request.remove ?? []) await removeMatching(root, removal);
  for (const patch of request.patches ?? []) {
    await applyPatch(root, patch, context);
    await refuseEscapingLinks(root, { origin: patch.origin, outside: 'source-outside' });
  }
  return hashTree(root, signal);
}

/** The real path, also of what doesn't exist yet below a folder that does. */
async function realOrSame(path: string): Promise<string> {
  if (existsSync(path)) return realpath(path);
  const parent = dirname(path);
  return parent === path ? path : join(await realOrSame(parent), path.slice(parent.length));
}

/** A folder with CMake's cache in it is CMake's; at the tree's own top only the cache itself is. */
function isCMakeLeftover(base: string, path: string, entry: Dirent): boolean {
  if (dirname(path) === base && (entry.name === 'CMakeCache.txt' || entry.name === 'CMakeFiles')) return true;
  return entry.isDirectory() && existsSync(join(path, 'CMakeCache.txt'));
}
