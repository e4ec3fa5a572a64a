import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '@wheelwright/testing';
import { selectLibraries } from './libraries.js';
import type { LibrarySelection } from './request.js';

const folder = await temporaryFolder('libraries');

describe('selectLibraries', () => {
  let root: string;
  const select = (...selections: Omit<LibrarySelection, 'origin'>[]): Promise<string[]> =>
    selectLibraries(
      root,
      selections.map((selection, i) => ({ ...selection, origin: `libraries[${i}]` })),
    ).then((found) => found.map(({ name }) => name));

  beforeAll(async () => {
    root = join(folder, 'root');
    const files = ['build/liba.so', 'build/sub/libb.so.1.2', 'build/w.dll', 'build/m.pyd', 'build/l.dylib'];
    for (const name of [...files, 'build/notes.txt', 'build/x.so.txt', 'build/cmake.so/y', 'other/liba.so']) {
      await mkdir(join(root, dirname(name)), { recursive: true });
      await writeFile(join(root, name), name);
    }
    await symlink('sub/libb.so.1.2', join(root, 'build/libb.so'));
    await writeFile(join(folder, 'secret.so'), '');
    await mkdir(join(root, 'links'));
    await symlink(join(folder, 'secret.so'), join(root, 'links/out.so'));
    await symlink('nowhere', join(root, 'links/dangling.so'));
    await symlink(folder, join(root, 'links/door'));
  });

  it('keeps the hierarchy below base, takes all kinds of libraries and nothing else', async () => {
    expect(await select({ from: 'build/**', base: 'build', to: 'lib' })).toEqual([
      'lib/l.dylib',
      'lib/liba.so',
      'lib/libb.so',
      'lib/m.pyd',
      'lib/sub/libb.so.1.2',
      'lib/w.dll',
    ]);
  });

  it('keeps the whole path without base, and gives absolute paths', async () => {
    expect(await selectLibraries(root, [{ from: 'build/sub/*', origin: 'x' }])).toEqual([
      { name: 'build/sub/libb.so.1.2', path: join(root, 'build/sub/libb.so.1.2') },
    ]);
  });

  it('keeps the order of the selections', async () => {
    expect(await select({ from: 'other/*' }, { from: 'build/*.so', base: 'build' })).toEqual([
      'other/liba.so',
      'liba.so',
      'libb.so',
    ]);
  });

  it('takes a file that two selections find under one name once', async () => {
    expect(await select({ from: 'other/*' }, { from: 'other/liba.so' })).toEqual(['other/liba.so']);
  });

  it('names the glob that finds nothing', async () => {
    await expect(select({ from: 'build/*.txt' })).rejects.toMatchObject({
      code: 'no-output',
      message: expect.stringContaining("libraries[0]: 'build/*.txt' matches no library"),
    });
  });

  it('refuses two files with one name', async () => {
    const two = [
      { from: 'build/liba.so', base: 'build' },
      { from: 'other/liba.so', base: 'other' },
    ];
    await expect(select(...two)).rejects.toMatchObject({ code: 'duplicate-output' });
  });

  it.each([
    [{ from: '../*.so' }],
    [{ from: '/etc/*.so' }],
    [{ from: 'build/*.so', base: '..' }],
    [{ from: 'build/*.so', to: '../lib' }],
    [{ from: 'build/*.so', to: '/lib' }],
    [{ from: 'build/*.so', base: 'other' }],
    [{ from: 'links/out.so' }],
    [{ from: 'links/door/secret.so' }],
  ])('refuses %j, which leads outside', async (selection) => {
    await expect(select(selection)).rejects.toMatchObject({ code: 'output-outside' });
  });

  it('refuses a link that leads nowhere', async () => {
    await expect(select({ from: 'links/d*.so' })).rejects.toMatchObject({ code: 'no-output' });
  });
});
