import { describe, expect, it } from '@jest/globals';
import { bufferSource, inspectElf, type ElfFile } from '@wheelwright/elf';
import { buildElf, type ElfRecipe } from '@wheelwright/testing';
import type { Machine } from './library-search.js';
import { resolveTree, type LoadTree } from './resolve-tree.js';

const machine: Machine = {
  libc: 'glibc',
  libraryPath: [],
  cache: new Map(),
  systemFolders: ['/lib64', '/usr/lib64'],
  lib: 'lib64',
};

/** The tree of the first of some files, which are all that the machine has. */
async function tree(
  recipes: Readonly<Record<string, ElfRecipe>>,
  how: Partial<Machine> = {},
  change: (path: string, elf: ElfFile) => ElfFile = (_, elf) => elf,
): Promise<LoadTree> {
  const files = new Map<string, ElfFile>();
  for (const [path, recipe] of Object.entries(recipes)) {
    files.set(path, change(path, await inspectElf(bufferSource(buildElf(recipe)))));
  }
  const [first] = files;
  if (first === undefined) throw new Error('no file');
  const [path, elf] = first;
  return resolveTree({ path, elf }, { ...machine, ...how }, (wanted) => Promise.resolve(files.get(wanted)));
}

const found = ({ libraries }: LoadTree): Record<string, string> =>
  Object.fromEntries(
    libraries.map(({ name, path, foundBy }) => [
      name,
      path === null ? 'not found' : `${foundBy ?? ''} ${path}`,
    ]),
  );

describe("glibc's loader", () => {
  it('inherits an RPATH, never a RUNPATH', async () => {
    const libraries = { '/o/libb.so': { needed: ['libc.so'] }, '/o/libc.so': {} };
    const by = async (path: ElfRecipe): Promise<Record<string, string>> =>
      found(await tree({ '/o/a': { needed: ['libb.so'], ...path }, ...libraries }));
    expect(await by({ rpath: '$ORIGIN' })).toEqual({
      'libb.so': 'rpath /o/libb.so',
      'libc.so': 'rpath /o/libc.so',
    });
    expect(await by({ runpath: '${ORIGIN}' })).toEqual({
      'libb.so': 'runpath /o/libb.so',
      'libc.so': 'not found',
    });
  });

  it('lets a RUNPATH take the place of the RPATHs', async () => {
    const files = {
      '/o/a': { needed: ['libb.so'], rpath: '/r' },
      '/r/libb.so': { needed: ['libc.so'], runpath: '/nowhere' },
      '/r/libc.so': {},
    };
    expect(found(await tree(files))).toEqual({ 'libb.so': 'rpath /r/libb.so', 'libc.so': 'not found' });
  });

  it('looks in RPATH, LD_LIBRARY_PATH, RUNPATH, the cache and the system folders, in this order', async () => {
    const everywhere = ['/rpath', '/env', '/runpath', '/cache', '/usr/lib64'].map(
      (folder) => `${folder}/l.so`,
    );
    const how = { libraryPath: ['/env'], cache: new Map([['l.so', ['/cache/l.so']]]) };
    const order: (string | undefined)[] = [];
    for (const path of [{ rpath: '/rpath' }, { runpath: '/runpath' }]) {
      let left = everywhere;
      for (;;) {
        const there = Object.fromEntries(left.map((file) => [file, {}]));
        const { libraries } = await tree({ '/a': { needed: ['l.so'], ...path }, ...there }, how);
        const place = libraries[0]?.path ?? undefined;
        order.push(libraries[0]?.foundBy ?? undefined);
        if (place === undefined) break;
        left = left.filter((file) => file !== place);
      }
    }
    expect(order).toEqual([
      ...['rpath', 'ld-library-path', 'ld-so-cache', 'system-folder', undefined],
      ...['ld-library-path', 'runpath', 'ld-so-cache', 'system-folder', undefined],
    ]);
  });

  it('keeps out of the system folders where DF_1_NODEFLIB says so, also by way of the cache', async () => {
    const files = { '/a': { needed: ['l.so', 'm.so'] }, '/lib64/l.so': {}, '/opt/m.so': {} };
    const cache = new Map([
      ['l.so', ['/lib64/l.so']],
      ['m.so', ['/opt/m.so']],
    ]);
    const set = (path: string, elf: ElfFile): ElfFile =>
      path === '/a' ? { ...elf, dynamicFlags: ['NODEFLIB'] } : elf;
    expect(found(await tree(files, { cache }, set))).toEqual({
      'l.so': 'not found',
      'm.so': 'ld-so-cache /opt/m.so',
    });
  });

  it('fills in $LIB and $PLATFORM, and passes over what it does not know', async () => {
    const files = {
      '/o/a': { needed: ['l.so', 'm.so', 'n.so'], rpath: '$ORIGIN/$LIB:${ORIGIN}/$PLATFORM:/$OTHER' },
      '/o/lib64/l.so': {},
      '/o/x86_64/m.so': {},
      '/$OTHER/n.so': {},
    };
    expect(found(await tree(files))).toEqual({
      'l.so': 'rpath /o/lib64/l.so',
      'm.so': 'rpath /o/x86_64/m.so',
      'n.so': 'not found',
    });
  });

  it('passes over files of another machine, and takes a name with a slash as a path', async () => {
    const files: Record<string, ElfRecipe> = {
      '/a': { needed: ['l.so', '/opt/m.so'] },
      '/lib64/l.so': { machine: 'aarch64' },
      '/usr/lib64/l.so': {},
      '/opt/m.so': {},
    };
    expect(found(await tree(files))).toEqual({
      'l.so': 'system-folder /usr/lib64/l.so',
      '/opt/m.so': 'path /opt/m.so',
    });
  });

  it('takes the interpreter as loaded, and libraries that need one another once', async () => {
    const files = {
      '/a': { interpreter: '/lib64/ld-x.so.2', needed: ['l.so'] },
      '/lib64/ld-x.so.2': {},
      '/lib64/l.so': { needed: ['m.so', 'ld-x.so.2'] },
      '/lib64/m.so': { needed: ['l.so'] },
    };
    const { interpreter, libraries } = await tree(files);
    expect(interpreter).toBe('/lib64/ld-x.so.2');
    expect(libraries.map(({ name, foundBy }) => [name, foundBy])).toEqual([
      ['ld-x.so.2', 'interpreter'],
      ['l.so', 'system-folder'],
      ['m.so', 'system-folder'],
    ]);
  });
});

describe("musl's loader", () => {
  it('inherits a RUNPATH, and looks in LD_LIBRARY_PATH first', async () => {
    const files = {
      '/o/a': { needed: ['libb.so', 'libe.so'], runpath: '$ORIGIN' },
      '/o/libb.so': { needed: ['libc.so'] },
      '/o/libc.so': {},
      '/o/libe.so': {},
      '/env/libe.so': {},
    };
    expect(found(await tree(files, { libc: 'musl', libraryPath: ['/env'] }))).toEqual({
      'libb.so': 'runpath /o/libb.so',
      'libe.so': 'ld-library-path /env/libe.so',
      'libc.so': 'runpath /o/libc.so',
    });
  });
});
