import { chmod, lstat, mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { describeIf, temporaryFolder } from '@wheelwright/testing';
import { execa } from 'execa';
import type { SourceRequest } from '../request.js';
import { prepareSource } from './prepare.js';
import { hashTree } from './tree-hash.js';

const root = await temporaryFolder('prepare');
const environment = process.env;
let count = 0;
let folder: string;
let base: string;
let tree: string;

async function write(parent: string, files: Record<string, string>): Promise<string> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(parent, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
  return parent;
}

/** Prepares the base with more; removals and patches by their texts. */
async function prepare(more: Partial<SourceRequest> = {}): Promise<string> {
  return prepareSource({ path: base, origin: 'source.path', ...more }, tree, {
    environment,
    cache: join(folder, 'cache'),
  });
}

const overlay = (path: string, to: string): Partial<SourceRequest> => ({
  overlays: [{ path, to, origin: 'source.overlays[0]' }],
});

beforeEach(async () => {
  folder = join(root, String(count++));
  base = await write(join(folder, 'base'), {
    'src/relu.cc': 'base relu',
    'src/nn/group_norm.cc': 'norm',
    'src/nn/group_norm-inl.h': 'norm',
    'src/nn/dense.cc': 'dense',
  });
  tree = join(folder, 'tree');
});

it('copies the base, with its executables and links, and leaves repositories and earlier builds behind', async () => {
  await write(base, { configure: '#!', '.git/config': '', 'sub/.git': 'gitdir: x', 'dist/old.whl': '' });
  await write(base, {
    'build/CMakeCache.txt': '',
    'build/libold.so': '',
    'cmake/build/CMakeLists.txt': 'source',
  });
  await chmod(join(base, 'configure'), 0o700);
  await symlink('src/relu.cc', join(base, 'link.cc'));
  const before = await hashTree(base);
  const hash = await prepare({ exclude: [join(base, 'dist')] });
  expect((await readdir(tree)).sort()).toEqual(['cmake', 'configure', 'link.cc', 'src', 'sub']);
  expect((await lstat(join(tree, 'configure'))).mode & 0o777).toBe(0o755);
  expect((await lstat(join(tree, 'link.cc'))).isSymbolicLink()).toBe(true);
  expect(hash).toBe(await hashTree(tree));
  expect(await hashTree(base)).toBe(before);
});

it('keeps the times of files, which make compares', async () => {
  await prepare();
  const [original, copy] = [await lstat(join(base, 'src/relu.cc')), await lstat(join(tree, 'src/relu.cc'))];
  expect(Math.abs(copy.mtimeMs - original.mtimeMs)).toBeLessThan(1);
});

it('refuses a source that is no folder', async () => {
  base = join(base, 'src/relu.cc');
  await expect(prepare()).rejects.toMatchObject({
    code: 'source-missing',
    message: expect.stringContaining('source.path'),
  });
});

it.each(['/etc/passwd', '../outside', 'src/../../outside'])(
  'refuses a base with a link to %s',
  async (target) => {
    await symlink(target, join(base, 'link'));
    await expect(prepare()).rejects.toMatchObject({
      code: 'source-outside',
      message: expect.stringContaining('link'),
    });
  },
);

describe('overlays', () => {
  it('are laid over the base in order: the last one wins, and the original stays as it was', async () => {
    const first = await write(join(folder, 'first'), {
      'relu.cc': 'first relu',
      'contrib/roi.cc': 'first roi',
    });
    const second = await write(join(folder, 'second'), { 'relu.cc': 'second relu' });
    const overlays = [first, second].map((path, i) => ({ path, to: 'src', origin: `source.overlays[${i}]` }));
    await prepare({ overlays });
    expect(await readFile(join(tree, 'src/relu.cc'), 'utf8')).toBe('second relu');
    expect(await readFile(join(tree, 'src/contrib/roi.cc'), 'utf8')).toBe('first roi');
    expect(await readFile(join(tree, 'src/nn/dense.cc'), 'utf8')).toBe('dense');
    expect(await readFile(join(base, 'src/relu.cc'), 'utf8')).toBe('base relu');
    expect(await readFile(join(first, 'relu.cc'), 'utf8')).toBe('first relu');
  });

  it('replace a link of the base instead of writing through it', async () => {
    await symlink('src/relu.cc', join(base, 'alias.cc'));
    await prepare(overlay(await write(join(folder, 'over'), { 'alias.cc': 'new' }), '.'));
    expect(await readFile(join(tree, 'alias.cc'), 'utf8')).toBe('new');
    expect(await readFile(join(tree, 'src/relu.cc'), 'utf8')).toBe('base relu');
  });

  it.each(['..', '../other', 'src/../..', '/tmp'])('may not go to %s', async (to) => {
    const over = await write(join(folder, 'over'), { evil: '' });
    await expect(prepare(overlay(over, to))).rejects.toMatchObject({
      code: 'overlay-outside',
      message: expect.stringContaining('source.overlays[0]'),
    });
    expect((await readdir(folder)).sort()).toEqual(['base', 'over', 'tree']);
  });

  it.each(['/etc', '../../base'])('may not bring a link to %s', async (target) => {
    const over = await write(join(folder, 'over'), { fine: '' });
    await symlink(target, join(over, 'link'));
    await expect(prepare(overlay(over, 'src'))).rejects.toMatchObject({ code: 'overlay-outside' });
  });

  it('may not write through a link that an earlier overlay brought', async () => {
    const first = join(folder, 'first');
    await write(first, { 'a/b/keep': '' });
    await symlink('a/b/../../..', join(first, 'door'));
    const second = await write(join(folder, 'second'), { 'door/evil': '' });
    const overlays = [first, second].map((path, i) => ({ path, to: '.', origin: `source.overlays[${i}]` }));
    await expect(prepare({ overlays })).rejects.toMatchObject({ code: 'overlay-outside' });
    expect((await readdir(folder)).sort()).toEqual(['base', 'first', 'second', 'tree']);
  });

  it.each([
    ['a folder over a file', { 'src/relu.cc/x': '' }],
    ['a file over a folder', { 'src/nn': '' }],
  ])('may not lay %s', async (_name, files) => {
    const over = await write(join(folder, 'over'), files);
    await expect(prepare(overlay(over, '.'))).rejects.toMatchObject({ code: 'overlay-conflict' });
  });

  it('must be folders', async () => {
    await expect(prepare(overlay(join(folder, 'none'), '.'))).rejects.toMatchObject({
      code: 'overlay-missing',
    });
  });
});

describe('removals', () => {
  const remove = (...patterns: string[]): Partial<SourceRequest> => ({
    remove: patterns.map((value, i) => ({ value, origin: `source.remove[${i}]` })),
  });

  it('take files and folders away, after the overlays', async () => {
    const over = await write(join(folder, 'over'), { 'nn/group_norm.cu': '', 'old/deep/x': '' });
    await prepare({ ...overlay(over, 'src'), ...remove('src/nn/group_norm*', 'src/old') });
    expect((await readdir(join(tree, 'src'))).sort()).toEqual(['nn', 'relu.cc']);
    expect(await readdir(join(tree, 'src/nn'))).toEqual(['dense.cc']);
    expect((await readdir(join(base, 'src/nn'))).sort()).toContain('group_norm.cc');
  });

  it('say so when they match nothing, as rm does', async () => {
    await expect(prepare(remove('src/nn/groupnorm*'))).rejects.toMatchObject({
      code: 'removal-empty',
      message: "source.remove[0]: 'src/nn/groupnorm*' matches nothing in the source tree",
    });
  });

  it.each(['../base/src/*', '/etc/*', '!src', ''])('may not be %j', async (pattern) => {
    await expect(prepare(remove(pattern))).rejects.toMatchObject({ code: 'removal-outside' });
  });

  it('remove a link and not what it leads to', async () => {
    await symlink('src', join(base, 'alias'));
    await prepare(remove('alias'));
    expect(await readdir(join(tree, 'src/nn'))).toHaveLength(3);
  });
});

describeIf([{ program: 'git' }], 'patches', () => {
  const patchOf = (from: string, to: string): string =>
    `--- a/src/relu.cc\n+++ b/src/relu.cc\n@@ -1 +1 @@\n-${from}\n\\ No newline at end of file\n+${to}\n\\ No newline at end of file\n`;

  async function patches(...texts: string[]): Promise<Partial<SourceRequest>> {
    await write(folder, Object.fromEntries(texts.map((text, i) => [`${i}.patch`, text])));
    return {
      patches: texts.map((_, i) => ({ value: join(folder, `${i}.patch`), origin: `source.patches[${i}]` })),
    };
  }

  it('come last, in order, also where the tree lies in a repository', async () => {
    await execa('git', ['init', '--quiet', folder]);
    const over = await write(join(folder, 'over'), { 'relu.cc': 'mine' });
    await prepare({
      ...overlay(over, 'src'),
      ...(await patches(patchOf('mine', 'one'), patchOf('one', 'two'))),
    });
    expect(await readFile(join(tree, 'src/relu.cc'), 'utf8')).toBe('two');
  });

  it('are refused when they do not apply, with the file and the reason', async () => {
    await expect(prepare(await patches(patchOf('other', 'new')))).rejects.toMatchObject({
      code: 'patch-failed',
      message: expect.stringMatching(/^source\.patches\[0\]: .*0\.patch doesn't apply: .*src\/relu\.cc/s),
    });
  });

  it.each([
    ['text that is no patch', 'hello\n'],
    ['a file outside', '--- /dev/null\n+++ b/../evil\n@@ -0,0 +1 @@\n+x\n'],
  ])('are refused when they are %s', async (_name, text) => {
    await expect(prepare(await patches(text))).rejects.toMatchObject({ code: 'patch-failed' });
    expect(await readdir(folder)).not.toContain('evil');
  });

  it('may not bring a link that leads outside', async () => {
    const text =
      'diff --git a/door b/door\nnew file mode 120000\n--- /dev/null\n+++ b/door\n@@ -0,0 +1 @@\n+/etc\n\\ No newline at end of file\n';
    await expect(prepare(await patches(text))).rejects.toMatchObject({ code: 'source-outside' });
  });
});
