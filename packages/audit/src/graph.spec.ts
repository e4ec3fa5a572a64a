import { describe, expect, it } from '@jest/globals';
import { bufferSource, inspectElf } from '@wheelwright/elf';
import { buildElf, type ElfRecipe } from '@wheelwright/testing';
import { closureOf, isExtension, rootsOf, surroundingsOf, type AuditedFile, type Closure } from './graph.js';
import { hostSearch, type HostSearch } from './host-library.js';
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
  host: HostSearch = () => undefined,
): Promise<Closure> {
  const files = await read(recipes);
  return closureOf(files[0]!, surroundingsOf(files, family, host), (library) => library.startsWith('libc.'));
}

const names = ({ external }: Closure): string[] => external.map(({ library }) => library);

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
    const { bundled, external } = await follow({
      'pkg/a.so': { needed: ['libb.so', 'libc.so.6'], runpath: '/opt:${ORIGIN}/../pkg.libs' },
      'pkg.libs/libb.so': { needed: ['libc.so', 'libgone.so'], rpath: '$ORIGIN' },
    });
    expect([...bundled.keys()]).toEqual(['pkg/a.so', 'pkg.libs/libb.so']);
    expect(external).toMatchObject([{ library: 'libgone.so', chain: ['pkg/a.so', 'pkg.libs/libb.so'] }]);
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
    expect(names(await follow(chain(path), family))).toEqual(expected);
  });

  it('does not let a loader’s RPATH serve a file that has a RUNPATH', async () => {
    const closure = await follow({
      'a.so': { needed: ['libb.so'], rpath: '$ORIGIN/libs' },
      'libs/libb.so': { needed: ['libd.so'], runpath: '$ORIGIN/elsewhere' },
      'libs/libd.so': {},
    });
    expect(names(closure)).toEqual(['libd.so']);
  });

  it('takes for found what has been loaded under the same name', async () => {
    const closure = await follow({
      'a.so': { needed: ['libb.so', 'libd.so'], runpath: '$ORIGIN/libs' },
      'libs/libb.so': { needed: ['libd.so'] },
      'libs/libd.so': {},
    });
    expect(names(closure)).toEqual([]);
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
    const closure = await follow({ 'a.so': { needed: ['libb.so'], runpath }, [library]: recipe });
    expect(names(closure)).toEqual(['libb.so']);
  });

  it('takes OSABI 0 and GNU for the same', async () => {
    const closure = await follow({
      'a.so': { needed: ['libb.so'], runpath: '$ORIGIN' },
      'libb.so': { osabi: 3 },
    });
    expect(names(closure)).toEqual([]);
  });

  it('never resolves libpython', async () => {
    const name = 'libpython3.11.so.1.0';
    const closure = await follow({ 'a.so': { needed: [name], runpath: '$ORIGIN' }, [name]: {} });
    expect(names(closure)).toEqual([name]);
  });

  it('ends where libraries need each other', async () => {
    const { bundled } = await follow({
      'a.so': { needed: ['libb.so'], runpath: '$ORIGIN' },
      'libb.so': { needed: ['libd.so'], runpath: '$ORIGIN' },
      'libd.so': { needed: ['libb.so', 'a.so'], runpath: '$ORIGIN' },
    });
    expect([...bundled.keys()]).toEqual(['a.so', 'libb.so', 'libd.so']);
  });

  it('takes for found only what is there for all that $LIB may mean', async () => {
    const everywhere = ['lib64', 'lib', 'lib/x86_64-linux-gnu'].map((folder): [string, ElfRecipe] => [
      `${folder}/libb.so`,
      {},
    ]);
    const recipes: Record<string, ElfRecipe> = { 'a.so': { needed: ['libb.so'], runpath: '$ORIGIN/${LIB}' } };
    expect(names(await follow({ ...recipes, ...Object.fromEntries(everywhere.slice(1)) }))).toEqual([
      'libb.so',
    ]);
    expect(names(await follow({ ...recipes, ...Object.fromEntries(everywhere) }))).toEqual([]);
  });

  it('knows what $PLATFORM may mean on x86_64 and aarch64 alone', async () => {
    const recipes = (machine: 'aarch64' | 's390x'): Record<string, ElfRecipe> => ({
      'a.so': { machine, needed: ['libb.so'], runpath: '$ORIGIN/$PLATFORM' },
      [`${machine}/libb.so`]: { machine },
    });
    expect(names(await follow(recipes('aarch64')))).toEqual([]);
    expect(names(await follow(recipes('s390x')))).toEqual(['libb.so']);
  });

  it('reads musl’s search path as musl does: RUNPATH for RPATH, $ORIGIN alone', async () => {
    const recipes = (own: ElfRecipe): Record<string, ElfRecipe> => ({
      'a.so': { needed: ['libb.so'], ...own },
      'libs/libb.so': {},
    });
    const found = async (own: ElfRecipe): Promise<string[]> => names(await follow(recipes(own), 'musllinux'));
    expect(await found({ rpath: '$ORIGIN/libs', runpath: '$ORIGIN' })).toEqual(['libb.so']);
    expect(await found({ rpath: '$ORIGIN', runpath: '$ORIGIN/libs' })).toEqual([]);
    expect(await found({ runpath: '$ORIGIN/libs:$ORIGIN/$LIB' })).toEqual(['libb.so']);
  });

  it('tells every file’s need of a library that is not there, with the way to each', async () => {
    const { external } = await follow({
      'a.so': { needed: ['libb.so', 'libgone.so'], runpath: '$ORIGIN' },
      'libb.so': { needed: ['libgone.so'] },
    });
    expect(external.map(({ library, chain }) => [library, chain])).toEqual([
      ['libgone.so', ['a.so']],
      ['libgone.so', ['a.so', 'libb.so']],
    ]);
  });

  it('follows what the host has, which stays external', async () => {
    const [library] = await read({ '/opt/lib/libb.so': { needed: ['libd.so'] } });
    const host = hostSearch([{ name: 'libb.so', ...library! }]);
    const { external, bundled } = await follow({ 'a.so': { needed: ['libb.so'] } }, 'manylinux', host);
    expect([...bundled.keys()]).toEqual(['a.so']);
    expect(external.map((need) => [need.library, need.host?.path, need.chain])).toEqual([
      ['libb.so', '/opt/lib/libb.so', ['a.so']],
      ['libd.so', undefined, ['a.so', '/opt/lib/libb.so']],
    ]);
  });

  it('takes nothing of the host that the loader would pass over', async () => {
    const [other, fitting] = await read({ '/one/libb.so': { machine: 'i686' }, '/two/libb.so': {} });
    const search = (...found: AuditedFile[]): HostSearch =>
      hostSearch(found.map((file) => ({ name: 'libb.so', ...file })));
    const recipes = { 'a.so': { needed: ['libb.so'] } };
    const pathOf = async (host: HostSearch): Promise<string | undefined> =>
      (await follow(recipes, 'manylinux', host)).external[0]?.host?.path;
    expect(await pathOf(search(other!, fitting!))).toBe('/two/libb.so');
    expect(await pathOf(search(other!))).toBeUndefined();
  });

  it('heeds DF_1_NODEFLIB: the system’s default folders are out of reach', async () => {
    const [file] = await read({ 'a.so': {} });
    const search = hostSearch([{ name: 'libb.so', path: '/usr/lib64/libb.so', elf: file!.elf }]);
    expect(search('libb.so', file!.elf)?.path).toBe('/usr/lib64/libb.so');
    expect(search('libb.so', { ...file!.elf, dynamicFlags: ['NODEFLIB'] })).toBeUndefined();
  });
});
