import { describe, expect, it } from '@jest/globals';
import { bufferSource, inspectElf } from '@wheelwright/elf';
import { buildElf, type ElfRecipe } from '@wheelwright/testing';
import { closureOf, isExtension, rootsOf, type AuditedFile, type Closure } from './graph.js';
import type { Family } from './policy.js';

async function read(recipes: Readonly<Record<string, ElfRecipe>>): Promise<AuditedFile[]> {
  return Promise.all(
    Object.entries(recipes).map(async ([path, recipe]) => ({
      path,
      elf: await inspectElf(bufferSource(buildElf(recipe))),
    })),
  );
}

/** The closure of the first file; libc is left to the system. */
async function follow(
  recipes: Readonly<Record<string, ElfRecipe>>,
  family: Family = 'manylinux',
): Promise<Closure> {
  const files = await read(recipes);
  const byPath = new Map(files.map((file) => [file.path, file]));
  return closureOf(files[0]!, byPath, family, (library) => library.startsWith('libc.'));
}

describe('rootsOf', () => {
  it('takes extensions, and files that no other one needs by name', async () => {
    const files = await read({
      'pkg/fast.cpython-311-x86_64-linux-gnu.so': { exports: ['PyInit_fast'], needed: ['liba.so'] },
      'pkg/liba.so': { needed: ['fast.cpython-311-x86_64-linux-gnu.so'] },
      'pkg/plugin.so': {},
    });
    expect(rootsOf(files).map(({ path }) => path)).toEqual([
      'pkg/fast.cpython-311-x86_64-linux-gnu.so',
      'pkg/plugin.so',
    ]);
  });

  it('knows an extension by its own name only', async () => {
    const [file] = await read({ 'pkg/renamed.so': { exports: ['PyInit_original'] } });
    expect(isExtension(file!)).toBe(false);
  });
});

describe('closureOf', () => {
  it('follows search paths inside the wheel and gives the way', async () => {
    const { bundled, missing } = await follow({
      'pkg/a.so': { needed: ['libb.so', 'libc.so.6'], runpath: '/opt:${ORIGIN}/../pkg.libs' },
      'pkg.libs/libb.so': { needed: ['libc.so', 'libgone.so'], rpath: '$ORIGIN' },
    });
    expect([...bundled.keys()]).toEqual(['pkg/a.so', 'pkg.libs/libb.so']);
    expect([...missing]).toEqual([['libgone.so', ['pkg/a.so', 'pkg.libs/libb.so']]]);
  });

  const chain = (path: 'rpath' | 'runpath'): Record<string, ElfRecipe> => ({
    'a.so': { needed: ['libb.so'], [path]: '$ORIGIN/libs' },
    'libs/libb.so': { needed: ['libd.so'] },
    'libs/libd.so': {},
  });

  it.each([
    ['rpath', 'manylinux', []],
    ['runpath', 'manylinux', ['libd.so']],
    ['rpath', 'musllinux', []],
    ['runpath', 'musllinux', []],
  ] as const)('inherits %s as the loader of %s does', async (path, family, expected) => {
    expect([...(await follow(chain(path), family)).missing.keys()]).toEqual(expected);
  });

  it('does not let a loader’s RPATH serve a file that has a RUNPATH', async () => {
    const { missing } = await follow({
      'a.so': { needed: ['libb.so'], rpath: '$ORIGIN/libs' },
      'libs/libb.so': { needed: ['libd.so'], runpath: '$ORIGIN/elsewhere' },
      'libs/libd.so': {},
    });
    expect([...missing.keys()]).toEqual(['libd.so']);
  });

  it('takes for found what has been loaded under the same name', async () => {
    const { missing } = await follow({
      'a.so': { needed: ['libb.so', 'libd.so'], runpath: '$ORIGIN/libs' },
      'libs/libb.so': { needed: ['libd.so'] },
      'libs/libd.so': {},
    });
    expect([...missing]).toEqual([]);
  });

  it.each<[string, string, ElfRecipe]>([
    ['another class', '$ORIGIN', { machine: 'i686' }],
    ['another machine', '$ORIGIN', { machine: 'aarch64' }],
    ['another OSABI', '$ORIGIN', { osabi: 9 }],
    ['a folder of the machine', '/usr/lib', {}],
    ['a folder that only some systems expand so', '$ORIGIN/$LIB', {}],
    ['a folder outside the wheel', '$ORIGIN/..', {}],
  ])('does not take %s', async (_, runpath, recipe) => {
    const library = runpath === '$ORIGIN/$LIB' ? 'lib64/libb.so' : 'libb.so';
    const { missing } = await follow({ 'a.so': { needed: ['libb.so'], runpath }, [library]: recipe });
    expect([...missing.keys()]).toEqual(['libb.so']);
  });

  it('takes OSABI 0 and GNU for the same', async () => {
    const { missing } = await follow({
      'a.so': { needed: ['libb.so'], runpath: '$ORIGIN' },
      'libb.so': { osabi: 3 },
    });
    expect([...missing]).toEqual([]);
  });

  it('never resolves libpython', async () => {
    const name = 'libpython3.11.so.1.0';
    const { missing } = await follow({ 'a.so': { needed: [name], runpath: '$ORIGIN' }, [name]: {} });
    expect([...missing.keys()]).toEqual([name]);
  });

  it('ends where libraries need each other', async () => {
    const { bundled } = await follow({
      'a.so': { needed: ['libb.so'], runpath: '$ORIGIN' },
      'libb.so': { needed: ['libd.so'], runpath: '$ORIGIN' },
      'libd.so': { needed: ['libb.so', 'a.so'], runpath: '$ORIGIN' },
    });
    expect([...bundled.keys()]).toEqual(['a.so', 'libb.so', 'libd.so']);
  });
});
