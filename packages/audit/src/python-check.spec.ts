import { describe, expect, it } from '@jest/globals';
import { bufferSource, inspectElf } from '@wheelwright/elf';
import { buildElf, type ElfRecipe } from '@wheelwright/testing';
import type { AuditedFile } from './graph.js';
import { pythonProblems, type PythonProblem } from './python-check.js';
import type { PythonTags } from './python-claim.js';

const tags = (text: string): PythonTags => {
  const [python = '', abi = ''] = text.split('-');
  return { python: python.split('.'), abi: abi.split('.') };
};

/** A module for glibc that Python 3 imports. */
const module = (name: string, more: ElfRecipe = {}): ElfRecipe => ({
  needed: ['libc.so.6'],
  exports: [`PyInit_${name}`],
  ...more,
  imports: ['PyModuleDef_Init', ...(more.imports ?? [])],
});

async function problems(
  claim: string,
  recipes: Readonly<Record<string, ElfRecipe>>,
): Promise<PythonProblem[]> {
  const files = await Promise.all(
    Object.entries(recipes).map(
      async ([path, recipe]): Promise<AuditedFile> => ({
        path,
        elf: await inspectElf(bufferSource(buildElf(recipe))),
      }),
    ),
  );
  return pythonProblems(files, tags(claim));
}

const tagsOf = (found: readonly PythonProblem[]): string[] => found.map(({ tag }) => tag);

describe('who imports a module', () => {
  it.each([
    ['cp311-cp311', 'cpython-311-x86_64-linux-gnu', []],
    ['cp310-cp310', 'cpython-311-x86_64-linux-gnu', ['cp310']],
    ['cp310.cp311-cp310.cp311', 'cpython-311-x86_64-linux-gnu', ['cp310']],
    ['cp311-none', 'cpython-311-x86_64-linux-gnu', []],
    ['cp36-cp36m', 'cpython-36m-x86_64-linux-gnu', []],
    ['cp313-cp313t', 'cpython-313t-x86_64-linux-gnu', []],
    ['cp313-cp313t', 'cpython-313-x86_64-linux-gnu', ['cp313t']],
    ['cp313-cp313', 'cpython-313t-x86_64-linux-gnu', ['cp313']],
    ['cp313-cp313t', 'abi3', ['cp313t']],
    ['cp315-cp315t', 'abi3t', []],
    ['cp312-cp312', 'abi3', []],
    ['pp310-pypy310_pp73', 'pypy310-pp73-x86_64-linux-gnu', []],
    ['pp310-pypy310_pp73', 'cpython-310-x86_64-linux-gnu', ['pypy310_pp73']],
    ['pp260-pypy_41', 'pypy-41', []],
    ['cp38-abi3', 'abi3', []],
    ['cp38-abi3', 'cpython-38-x86_64-linux-gnu', ['cp38-abi3']],
    ['py3-none', 'cpython-311-x86_64-linux-gnu', ['py3-none']],
    ['py2.py3-none', 'abi3', []],
  ])('%s, %s', async (claim, suffix, expected) => {
    expect(tagsOf(await problems(claim, { [`pkg/fast.${suffix}.so`]: module('fast') }))).toEqual(expected);
  });

  it('takes the suffix .so for everybody’s', async () => {
    for (const claim of ['cp311-cp311', 'cp38-abi3', 'py3-none', 'pp310-pypy310_pp73'])
      expect(await problems(claim, { 'pkg/fast.so': module('fast') })).toEqual([]);
  });

  it('is content with one file for each', async () => {
    const files = {
      'pkg/fast.cpython-310-x86_64-linux-gnu.so': module('fast'),
      'pkg/fast.cpython-311-x86_64-linux-gnu.so': module('fast'),
    };
    expect(await problems('cp310.cp311-cp310.cp311', files)).toEqual([]);
    expect(tagsOf(await problems('cp312-cp312', files))).toEqual(['cp312']);
  });

  it('leaves libraries alone, whatever they are called and whatever they hold', async () => {
    const files = {
      'pkg/libnative.cpython-310-x86_64-linux-gnu.so': { needed: ['libc.so.6'] },
      'pkg/libmany.so': module('other'),
      'pkg.libs/libq-0a1b2c.so.1': module('libq-0a1b2c'),
    };
    expect(await problems('cp311-cp311', files)).toEqual([]);
  });
});

describe('what a module is', () => {
  it('finds the init function missing where the name is a module’s', async () => {
    const path = 'pkg/renamed.cpython-311-x86_64-linux-gnu.so';
    const [problem] = await problems('cp311-cp311', { [path]: module('original') });
    expect(problem?.remedy).toContain('looks for PyInit_renamed in it and finds PyInit_original');
  });

  it('knows that a package’s init function is its folder’s', async () => {
    const path = 'pkg/__init__.cpython-311-x86_64-linux-gnu.so';
    expect(await problems('cp311-cp311', { [path]: module('pkg') })).toEqual([]);
  });

  it.each([
    ['cpython-311-aarch64-linux-gnu', 'aarch64'],
    ['cpython-311-i386-linux-gnu', 'i386'],
  ])('sees the wrong machine in %s', async (suffix, word) => {
    const [problem] = await problems('cp311-cp311', { [`fast.${suffix}.so`]: module('fast') });
    expect(problem?.remedy).toContain(word);
  });

  it('sees glibc’s suffix on musl, which names itself since 3.11', async () => {
    const musl = { needed: ['libc.musl-x86_64.so.1'] };
    const file = (version: string): Record<string, ElfRecipe> => ({
      [`fast.cpython-${version}-x86_64-linux-gnu.so`]: module('fast', musl),
    });
    expect(await problems('cp310-cp310', file('310'))).toEqual([]);
    expect(await problems('cp311-cp311', file('311'))).toMatchObject([
      { remedy: expect.stringContaining('-linux-musl') },
    ]);
  });

  it('tells Python 2 from 3 by what is called', async () => {
    const old: ElfRecipe = { exports: ['initfast'], imports: ['Py_InitModule4_64', 'PyString_FromString'] };
    expect(await problems('cp27-cp27mu', { 'fast.so': old })).toEqual([]);
    expect(await problems('py2.py3-none', { 'fast.so': old })).toEqual([]);
    expect(await problems('cp35-cp35m', { 'fast.so': old })).toMatchObject([
      { version: '2', remedy: expect.stringContaining('initfast') },
    ]);
    expect(await problems('cp27-cp27mu', { 'fast.so': module('fast') })).toMatchObject([{ version: '3' }]);
  });

  it('holds the width of Python 2’s Unicode against the ABI tag', async () => {
    const narrow: ElfRecipe = {
      exports: ['initfast'],
      imports: ['Py_InitModule4_64', 'PyUnicodeUCS2_Compare'],
    };
    expect(await problems('cp27-cp27m', { 'fast.so': narrow })).toEqual([]);
    expect(await problems('cp27-cp27mu', { 'fast.so': narrow })).toMatchObject([
      { tag: 'cp27mu', symbols: ['PyUnicodeUCS2_Compare'] },
    ]);
  });
});

describe('the stable ABI', () => {
  const using = (...imports: NonNullable<ElfRecipe['imports']>): Record<string, ElfRecipe> => ({
    'fast.abi3.so': module('fast', { imports }),
  });

  it('lets pass what the oldest version has', async () => {
    expect(await problems('cp37-abi3', using('PyObject_Str', 'PyType_GetSlot'))).toEqual([]);
  });

  it('names what entered later, and the tag that has it', async () => {
    expect(await problems('cp37-abi3', using('PyObject_GetBuffer'))).toMatchObject([
      { tag: 'cp37-abi3', version: '3.11', allowedFrom: 'cp311-abi3', symbols: ['PyObject_GetBuffer'] },
    ]);
    expect(await problems('cp311.cp312-abi3', using('PyObject_GetBuffer'))).toEqual([]);
  });

  it('names what is not in it', async () => {
    expect(await problems('cp37-abi3', using('_PyObject_GetDictPtr', 'Pyramid', 'Python'))).toMatchObject([
      { version: null, allowedFrom: null, symbols: ['_PyObject_GetDictPtr'] },
    ]);
  });

  it('does not count what may be absent', async () => {
    expect(await problems('cp37-abi3', using({ name: 'PyObject_GetBuffer', weak: true }))).toEqual([]);
  });

  it('asks nothing where it is not promised', async () => {
    expect(await problems('cp311-cp311', using('_PyObject_GetDictPtr'))).toEqual([]);
  });

  it('accuses nobody whose symbols a library may bring that calls Python itself', async () => {
    const needing = (needed: string): Record<string, ElfRecipe> => ({
      'fast.abi3.so': module('fast', { needed: ['libc.so.6', needed], imports: ['PyMethod_New'] }),
      'libplain.so': {},
      'libhelper.so': { imports: ['PyObject_Str'] },
    });
    expect(await problems('cp39-abi3', needing('libplain.so'))).toHaveLength(1);
    expect(await problems('cp39-abi3', needing('libhelper.so'))).toEqual([]);
    expect(await problems('cp39-abi3', needing('libshiboken6.abi3.so.6.9'))).toEqual([]);
  });
});
