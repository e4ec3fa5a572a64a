import { createHash } from 'node:crypto';
import { chmod, mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '@wheelwright/testing';
import { hashTree } from './tree-hash.js';

const root = await temporaryFolder('tree-hash');

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

describe('hashTree', () => {
  let tree: string;
  let before: string;

  beforeEach(async () => {
    tree = join(root, 'tree');
    await rm(tree, { recursive: true, force: true });
    await mkdir(join(tree, 'a'), { recursive: true });
    await writeFile(join(tree, 'a', 'x'), 'one', { mode: 0o644 });
    await writeFile(join(tree, 'a.c'), 'two', { mode: 0o755 });
    await symlink('a/x', join(tree, 'link'));
    before = await hashTree(tree);
  });

  it('is the digest of the modes, contents and paths, in the order of the bytes of the paths', () => {
    const text = [
      `100755 ${sha256('two')} a.c\0`,
      `100644 ${sha256('one')} a/x\0`,
      `120000 ${sha256('a/x')} link\0`,
    ].join('');
    expect(before).toBe(sha256(text));
  });

  it.each<[string, (tree: string) => Promise<void>]>([
    ['a content', (tree) => writeFile(join(tree, 'a', 'x'), 'uno')],
    ['a name', (tree) => rename(join(tree, 'a', 'x'), join(tree, 'a', 'y'))],
    ['an executable bit', (tree) => chmod(join(tree, 'a', 'x'), 0o755)],
    ['a new file', (tree) => writeFile(join(tree, 'z'), '')],
    [
      'where a link leads',
      async (tree) => {
        await rm(join(tree, 'link'));
        await symlink('a.c', join(tree, 'link'));
      },
    ],
  ])('changes with %s', async (_name, change) => {
    await change(tree);
    expect(await hashTree(tree)).not.toBe(before);
  });

  it('stays with times, empty folders and the rights of others', async () => {
    await utimes(join(tree, 'a.c'), 1, 1);
    await mkdir(join(tree, 'empty'));
    await chmod(join(tree, 'a', 'x'), 0o600);
    expect(await hashTree(tree)).toBe(before);
  });
});
