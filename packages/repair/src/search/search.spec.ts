import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { buildElf, temporaryFolder, type ElfRecipe } from '@wheelwright/testing';
import { bufferSource, inspectElf } from '@wheelwright/elf';
import { configuredFolders, parseLdSoConf } from './ld-so-conf.js';
import { locateLibraries } from './locate.js';
import { searchFolders } from './system-folders.js';

const root = await temporaryFolder('search');

async function put(path: string, content: ElfRecipe | string): Promise<string> {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, typeof content === 'string' ? content : buildElf(content));
  return file;
}

async function file(recipe: ElfRecipe, path = 'demo/ext.so') {
  return { path, elf: await inspectElf(bufferSource(buildElf(recipe))) };
}

const nothing = (): boolean => false;
const only = (...first: string[]) => ({ first, last: [], sysroot: '/' });

describe('ld.so.conf', () => {
  it('names folders and other files', () => {
    expect(
      parseLdSoConf('# c\n/opt/lib # x\ninclude /etc/a.d/*.conf b.conf\nhwcap 0 x\n\n/lib=libc5\n'),
    ).toEqual([
      { folder: '/opt/lib' },
      { include: '/etc/a.d/*.conf' },
      { include: 'b.conf' },
      { folder: '/lib' },
    ]);
  });

  it('is followed inside a sysroot, in order, and also when it includes itself', async () => {
    await put('sys/etc/ld.so.conf', 'include ld.so.conf.d/*.conf\n/last\ninclude ld.so.conf\n');
    await put('sys/etc/ld.so.conf.d/b.conf', '/b\n');
    await put('sys/etc/ld.so.conf.d/a.conf', '/a\n');
    await put('sys/etc/ld.so.conf.d/none.txt', '/none\n');
    const sysroot = join(root, 'sys');
    expect(await configuredFolders(sysroot)).toEqual(['a', 'b', 'last'].map((name) => join(sysroot, name)));
  });
});

describe('the folders of a search', () => {
  it('are those of ldpaths alone, if they are given', async () => {
    const folders = await searchFolders({ ldpaths: ['/x'], libraryPath: '/y' }, 'manylinux');
    expect(folders).toEqual({ first: ['/x'], last: [], sysroot: '/' });
  });

  it('leave LD_LIBRARY_PATH out for another system', async () => {
    const sysroot = join(root, 'other');
    const folders = await searchFolders({ sysroot, libraryPath: '/y' }, 'musllinux');
    expect(folders).toEqual({
      first: [],
      last: ['lib', 'usr/local/lib', 'usr/lib'].map((name) => join(sysroot, name)),
      sysroot,
    });
  });
});

describe('a search', () => {
  it('passes over what the loader passes over', async () => {
    await put('one/liba.so', 'INPUT(liba.so.1)');
    await put('two/liba.so', { machine: 'aarch64' });
    await mkdir(join(root, 'three/liba.so'), { recursive: true });
    const right = await put('four/liba.so', {});
    const folders = only(...['none', 'one', 'two', 'three', 'four'].map((name) => join(root, name)));
    const located = await locateLibraries([await file({ needed: ['liba.so'] })], folders, nothing);
    expect(located.find('demo/ext.so', 'liba.so')?.path).toBe(right);
    expect(located.files).toHaveLength(1);
  });

  it('follows search paths along the chain, cycles too, and links to what they lead to', async () => {
    const first = join(root, 'chain');
    await put('chain/liba.so.1', { needed: ['libb.so'], runpath: '$ORIGIN/deep' });
    const b = await put('chain/deep/libb.so.1.2', { needed: ['liba.so.1', 'libc.so'] });
    await symlink('libb.so.1.2', join(first, 'deep/libb.so'));
    await put('build/libc.so', {});
    const start = await file({ needed: ['liba.so.1'], runpath: `${first}:${join(root, 'build')}` });
    const located = await locateLibraries([start], only(), nothing);
    expect(located.find(join(first, 'liba.so.1'), 'libb.so')?.realPath).toBe(b);
    // The RUNPATH of the wheel's own file serves its libraries as well.
    expect(located.find(b, 'libc.so')?.path).toBe(join(root, 'build/libc.so'));
    expect(located.libraries.map(({ name }) => name).sort()).toEqual(['liba.so.1', 'libb.so', 'libc.so']);
  });

  it('takes an absolute link of another system from its root', async () => {
    const real = await put('sysroot/usr/lib/libz.so.1.3', {});
    await mkdir(join(root, 'sysroot/lib'), { recursive: true });
    await symlink('/usr/lib/libz.so.1.3', join(root, 'sysroot/lib/libz.so.1'));
    const sysroot = join(root, 'sysroot');
    const folders = { first: [], last: [join(sysroot, 'lib')], sysroot };
    const located = await locateLibraries([await file({ needed: ['libz.so.1'] })], folders, nothing);
    expect(located.find('demo/ext.so', 'libz.so.1')?.realPath).toBe(real);
  });
});
