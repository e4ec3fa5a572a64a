import { describe, expect, it } from '@jest/globals';
import type { ElfRecipe } from '@wheelwright/testing';
import type { Verdict } from './verdict.js';
import { glibc, verdict } from './testing/verdict-of.js';

describe('offences', () => {
  it('name the symbols that bind to a version, and the policy that allows it', async () => {
    const { offences } = await verdict(
      {
        'pkg/a.so': {
          needed: ['libc.so.6'],
          imports: [
            { name: 'fcntl64', library: 'libc.so.6', version: 'GLIBC_2.28' },
            { name: 'memcpy', library: 'libc.so.6', version: 'GLIBC_2.14' },
          ],
        },
      },
      { claimed: ['manylinux2014_x86_64'] },
    );
    expect(offences).toEqual([
      {
        file: 'pkg/a.so',
        policy: 'manylinux2014_x86_64',
        kind: 'symbol-version',
        library: 'libc.so.6',
        version: 'GLIBC_2.28',
        symbols: ['fcntl64'],
        chain: ['pkg/a.so'],
        allowedFrom: 'manylinux_2_28_x86_64',
        remedy: expect.stringContaining('manylinux2014_x86_64'),
      },
    ]);
  });

  it('name the way to a library that is not there, and what is taken from it', async () => {
    const { offences, external } = await verdict(
      {
        'pkg/a.so': { needed: ['libb.so'], runpath: '$ORIGIN' },
        'pkg/libb.so': {
          needed: ['libgomp.so.1', 'libexpat.so.1'],
          imports: [{ name: 'omp_get_num_threads', library: 'libgomp.so.1', version: 'OMP_1.0' }],
        },
      },
      { claimed: ['manylinux_2_17_x86_64'] },
    );
    expect(offences).toHaveLength(1);
    expect(offences[0]).toMatchObject({
      file: 'pkg/libb.so',
      kind: 'library',
      library: 'libgomp.so.1',
      symbols: ['omp_get_num_threads'],
      chain: ['pkg/a.so', 'pkg/libb.so'],
      allowedFrom: null,
    });
    expect(external['manylinux_2_5_x86_64']).toEqual({ 'libgomp.so.1': null, 'libexpat.so.1': null });
    expect(external['manylinux_2_12_x86_64']).toEqual({ 'libgomp.so.1': null });
  });

  it('tell every file that needs a library, and how it comes to be loaded', async () => {
    const { offences } = await verdict(
      {
        'pkg/a.so': { needed: ['libb.so', 'libgomp.so.1'], runpath: '$ORIGIN' },
        'pkg/libb.so': {
          needed: ['libgomp.so.1', 'libc.so.6'],
          versionNeeds: { 'libc.so.6': ['GLIBC_2.28'] },
        },
      },
      { claimed: ['manylinux2014_x86_64'] },
    );
    expect(offences.map(({ kind, file, chain }) => [kind, file, chain])).toEqual([
      ['library', 'pkg/a.so', ['pkg/a.so']],
      ['library', 'pkg/libb.so', ['pkg/a.so', 'pkg/libb.so']],
      ['symbol-version', 'pkg/libb.so', ['pkg/a.so', 'pkg/libb.so']],
    ]);
  });

  it('name the first twenty symbols, or all', async () => {
    const imports = Array.from({ length: 25 }, (_, at) => ({
      name: `GOMP_${at}`,
      library: 'libgomp.so.1',
      version: 'GOMP_1.0',
    }));
    const files = { 'a.so': { needed: ['libgomp.so.1'], imports } };
    const claimed = ['manylinux2014_x86_64'];
    expect((await verdict(files, { claimed })).offences[0]?.symbols).toHaveLength(20);
    expect((await verdict(files, { claimed, all: true })).offences[0]?.symbols).toHaveLength(25);
  });

  it.each<[string, string, ElfRecipe]>([
    [
      'a driver’s library',
      'leave libcuda.so.1 to the NVIDIA driver',
      { needed: ['libcuda.so.1'], imports: ['cuInit'] },
    ],
    [
      'a library of another wheel',
      'nvidia-cublas-cu12',
      { needed: ['libcublas.so.12'], imports: ['cublasCreate_v2'] },
    ],
    [
      'a toolkit’s library',
      'say that ROCm has to be',
      { needed: ['libhipblas.so.2'], imports: ['hipblasCreate'] },
    ],
    ['any other', 'bring libq.so.1 in the wheel', { needed: ['libq.so.1'], imports: ['q'] }],
    ['a link that is not used', 'drop the link of pkg/a.so to libq.so.1', { needed: ['libq.so.1'] }],
    [
      'a library that is there',
      'give pkg/a.so a RUNPATH of $ORIGIN/../pkg.libs: libb.so is in pkg.libs',
      { needed: ['libb.so'], imports: ['b'] },
    ],
  ])('have a remedy that fits %s', async (_, remedy, recipe) => {
    const files = { 'pkg/a.so': recipe, 'pkg.libs/libb.so': {} };
    const { offences, fixes } = await verdict(files, { claimed: ['manylinux2014_x86_64'] });
    expect(offences).toHaveLength(1);
    expect(offences[0]?.remedy).toContain(remedy);
    expect(fixes).toEqual([{ remedy: expect.stringContaining(remedy), then: 'manylinux_2_17_x86_64' }]);
  });

  it('name the release of a toolkit that its other libraries are of', async () => {
    const needed = ['libcublas.so.12', 'libcurand.so.10'];
    const { fixes } = await verdict(
      { 'a.so': { needed, imports: ['cublasCreate', 'curandCreate'] } },
      { claimed: ['manylinux2014_x86_64'] },
    );
    expect(fixes[0]?.remedy).toContain('(nvidia-cublas-cu12 and nvidia-curand-cu12)');
  });

  it('know that libc.so is musl itself by another name', async () => {
    const files = { 'a.so': { needed: ['libc.so'], imports: ['malloc'] } };
    const { platform, fixes } = await verdict(files, { claimed: ['musllinux_1_2_x86_64'] });
    expect(platform).toBe('linux_x86_64');
    expect(fixes).toEqual([
      {
        remedy: expect.stringContaining('libc.musl-x86_64.so.1 instead of libc.so'),
        then: 'musllinux_1_2_x86_64',
      },
    ]);
  });

  it('speak of an executable stack in a library, which newer systems refuse to load', async () => {
    const claimed = ['manylinux2014_x86_64'];
    const library = await verdict({ 'a.so': { execStack: true } }, { claimed });
    expect(library).toMatchObject({
      conforms: false,
      platform: 'manylinux_2_5_x86_64',
      offences: [{ kind: 'executable-stack', file: 'a.so', policy: 'manylinux2014_x86_64' }],
    });
    const program = { interpreter: '/lib64/ld-linux-x86-64.so.2', execStack: true };
    expect((await verdict({ program }, { claimed })).conforms).toBe(true);
  });

  it('explain why files without a policy’s claim miss the tag that their symbols allow', async () => {
    const files = { 'a.so': { ...glibc('GLIBC_2.17'), needed: ['libc.so.6', 'libgomp.so.1'] } };
    const { conforms, offences, platformBySymbols } = await verdict(files, { claimed: ['linux_x86_64'] });
    expect({ conforms, platformBySymbols }).toEqual({
      conforms: true,
      platformBySymbols: 'manylinux_2_17_x86_64',
    });
    expect(offences).toMatchObject([
      { kind: 'library', library: 'libgomp.so.1', policy: 'manylinux_2_17_x86_64' },
    ]);
  });
});

describe('fixes', () => {
  const fixes = async (recipe: ElfRecipe): Promise<Verdict['fixes']> =>
    (await verdict({ 'a.so': recipe }, { claimed: ['manylinux2014_x86_64'] })).fixes;

  it('are none where the claim holds', async () => {
    expect(await fixes(glibc('GLIBC_2.17'))).toEqual([]);
  });

  it('begin with what moves the tag by itself, and go on from there to the claim', async () => {
    const found = await fixes({ ...glibc('GLIBC_2.34'), needed: ['libc.so.6', 'libq.so'] });
    expect(found).toEqual([
      { remedy: expect.stringContaining('libq.so'), then: 'manylinux_2_34_x86_64' },
      { remedy: 'compile a.so with manylinux2014_x86_64 as the target', then: 'manylinux_2_17_x86_64' },
    ]);
  });

  it('go together where none helps by itself', async () => {
    const [only, ...more] = await fixes({ ...glibc('GLIBC_PRIVATE'), needed: ['libc.so.6', 'libq.so'] });
    expect(more).toEqual([]);
    expect(only?.then).toBe('manylinux_2_17_x86_64');
    expect(only?.remedy).toMatch(/libq\.so.*compile a\.so/);
  });
});
