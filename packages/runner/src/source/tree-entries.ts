import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** A file, a link or whatever else lies in a tree. */
export interface TreeEntry {
  readonly entry: Dirent;
  /** Below the tree, with `/`. */
  readonly name: string;
}

/** All of a tree but its folders, in the order of the names' bytes: the same on every machine. */
export async function treeEntries(tree: string): Promise<TreeEntry[]> {
  return (await readdir(tree, { recursive: true, withFileTypes: true }))
    .filter((entry) => !entry.isDirectory())
    .map((entry) => ({
      entry,
      name: relative(tree, join(entry.parentPath, entry.name)).replaceAll(sep, '/'),
    }))
    .sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
}
