import { createHash } from 'node:crypto';
import { constants, type Dirent } from 'node:fs';
import { readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hashFile } from '../digest.js';
import { treeEntries } from './tree-entries.js';

/**
 * The sha256 of a tree: of each file its path, whether it's executable, and its content; of each link where it
 * leads. Times, owners and the order on disk don't count; neither do empty folders, which git can't hold either.
 */
export async function hashTree(tree: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for (const { entry, name } of await treeEntries(tree)) {
    signal?.throwIfAborted();
    // A path can't hold a NUL, and a digest has a fixed length: no two trees have the same text.
    hash.update(`${await describeEntry(join(tree, name), entry)} ${name}\0`);
  }
  return hash.digest('hex');
}

/** git's words for modes, then the digest of the content or of the link's target. */
async function describeEntry(path: string, entry: Dirent): Promise<string> {
  if (entry.isSymbolicLink()) {
    return `120000 ${createHash('sha256')
      .update(await readlink(path))
      .digest('hex')}`;
  }
  const { mode } = await stat(path);
  return `${(mode & constants.S_IXUSR) === 0 ? '100644' : '100755'} ${await hashFile(path, 'sha256', 'hex')}`;
}
