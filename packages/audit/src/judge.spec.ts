import { describe, expect, it } from '@jest/globals';
import { bufferSource, inspectElf } from '@wheelwright/elf';
import { buildElf, type ElfRecipe } from '@wheelwright/testing';
import { judge, type JudgeInput } from './judge.js';
import type { Verdict } from './verdict.js';

const glibc = (version: string): ElfRecipe => ({
  needed: ['libc.so.6'],
  versionNeeds: { 'libc.so.6': [version] },
});

async function verdict(
  recipes: Readonly<Record<string, ElfRecipe>>,
  input: Partial<Omit<JudgeInput, 'files'>> = {},
): Promise<Verdict> {
  const files = await Promise.all(
    Object.entries(recipes).map(async ([path, recipe]) => ({
      path,
      elf: await inspectElf(bufferSource(buildElf(recipe))),
    })),
  );
  return judge({ kind: 'folder', files, ...input });
}

describe('the platform', () => {
  it.each<[string, string, ElfRecipe]>([
    ['old symbols', 'manylinux_2_5_x86_64', glibc('GLIBC_2.2.5')],
    ['symbols of glibc 2.17', 'manylinux_2_17_x86_64', glibc('GLIBC_2.17')],
    ['symbols of glibc 2.34', 'manylinux_2_34_x86_64', glibc('GLIBC_2.34')],
    ['private symbols', 'linux_x86_64', glibc('GLIBC_PRIVATE')],
    ['a version of a prefix that no policy lists', 'manylinux_2_5_x86_64', glibc('OPENSSL_3.0.0')],
    ['another architecture', 'manylinux_2_17_aarch64', { machine: 'aarch64', ...glibc('GLIBC_2.17') }],
    [
      'versions of the loader',
      'manylinux_2_5_x86_64',
      { versionNeeds: { 'ld-linux-x86-64.so.2': ['GLIBC_2.35'] } },
    ],
    ['a static program', 'manylinux_2_5_x86_64', { static: true, type: 'EXEC' }],
    ['musl', 'musllinux_1_2_x86_64', { needed: ['libc.musl-x86_64.so.1'] }],
    ['a program for musl', 'musllinux_1_2_i686', { machine: 'i686', interpreter: '/lib/ld-musl-i386.so.1' }],
    ['a machine without policies', 'linux_mips', { machine: 'mips64el' }],
    ['an external library', 'linux_x86_64', { needed: ['libgomp.so.1'] }],
    ['libpython', 'linux_x86_64', { needed: ['libpython3.11.so.1.0'] }],
    ['x86-64-v2', 'linux_x86_64', { isaLevel: 2 }],
    ['the baseline of x86-64', 'manylinux_2_5_x86_64', { isaLevel: 1 }],
    ['a denied symbol', 'manylinux_2_34_x86_64', { needed: ['libz.so.1'], imports: ['uncompress2'] }],
    [
      'a denied symbol that may be absent',
      'manylinux_2_5_x86_64',
      { needed: ['libz.so.1'], imports: [{ name: 'uncompress2', weak: true }] },
    ],
    ['a denied symbol of no library', 'manylinux_2_5_x86_64', { imports: ['uncompress2'] }],
    ['a Python with fpectl', 'linux_x86_64', { exports: ['PyInit_file'], imports: ['PyFPE_counter'] }],
    [
      'a narrow Python 2, which its ABI tag tells',
      'manylinux_2_5_x86_64',
      { exports: ['initfile'], imports: ['PyUnicodeUCS2_AsUTF8String'] },
    ],
  ])('of %s: %s', async (_, platform, recipe) => {
    expect((await verdict({ 'file.so': recipe })).platform).toBe(platform);
  });

  it('is the worst of all files, also of those that nothing loads', async () => {
    const files = { 'a.so': { ...glibc('GLIBC_2.5'), runpath: '$ORIGIN' }, 'data/b.so': glibc('GLIBC_2.28') };
    expect((await verdict(files)).platform).toBe('manylinux_2_28_x86_64');
  });

  it('is any where there is no native code', async () => {
    expect(await verdict({}, { claimed: ['any'] })).toMatchObject({
      pure: true,
      platform: 'any',
      conforms: true,
    });
  });

  it('is that of the first file where architectures are mixed', async () => {
    const [arm, intel] = [{ machine: 'aarch64' } as const, { machine: 'x86_64' } as const];
    expect((await verdict({ a: arm, b: intel })).platform).toBe('manylinux_2_17_aarch64');
    expect((await verdict({ b: intel, a: arm })).platform).toBe('manylinux_2_5_x86_64');
    expect((await verdict({ a: arm, b: intel }, { claimed: ['linux_x86_64'] })).platform).toBe(
      'manylinux_2_5_x86_64',
    );
  });

  it('does not heed the instruction set of a variant that only able processors load', async () => {
    const files = {
      'a.so': { needed: ['libb.so'], runpath: '$ORIGIN' },
      'libb.so': {},
      'glibc-hwcaps/x86-64-v3/libb.so': { isaLevel: 3 as const },
    };
    expect((await verdict(files)).platform).toBe('manylinux_2_5_x86_64');
    expect((await verdict({ ...files, 'libb.so': { isaLevel: 3 } })).platform).toBe('linux_x86_64');
  });

  it('passes over libraries that are excluded', async () => {
    const driver = { 'a.so': { needed: ['libcuda.so.1'] } };
    const excluded = (library: string): boolean => library === 'libcuda.so.1';
    expect((await verdict(driver, { excluded })).platform).toBe('manylinux_2_5_x86_64');
  });
});

describe('claims', () => {
  it.each<[string, boolean, ElfRecipe]>([
    ['manylinux2014_x86_64', true, glibc('GLIBC_2.17')],
    ['manylinux_2_17_x86_64', false, glibc('GLIBC_2.28')],
    ['linux_x86_64', true, glibc('GLIBC_PRIVATE')],
    ['linux_aarch64', false, glibc('GLIBC_2.5')],
    ['manylinux_2_28_aarch64', false, glibc('GLIBC_2.5')],
    ['musllinux_1_2_x86_64', false, glibc('GLIBC_2.5')],
    ['musllinux_1_1_x86_64', true, { needed: ['libc.musl-x86_64.so.1'] }],
    ['any', false, {}],
  ])('%s: %s', async (claim, conforms, recipe) => {
    const { conforms: answer, offences } = await verdict({ 'file.so': recipe }, { claimed: [claim] });
    expect(answer).toBe(conforms);
    if (!conforms) expect(offences.map(({ policy }) => policy)).toEqual([claim]);
  });

  it.each<[string, boolean, ElfRecipe]>([
    ['linux_mips64', true, { machine: 'mips64el' }],
    ['linux_mips64', false, { machine: 'aarch64' }],
    [
      'android_24_arm64_v8a',
      true,
      { machine: 'aarch64', needed: ['libc.so', 'libvulkan.so', 'libpython3.13.so'] },
    ],
    ['android_21_arm64_v8a', false, { machine: 'aarch64', needed: ['libvulkan.so'] }],
    ['android_34_x86_64', true, { needed: ['libneuralnetworks.so'] }],
  ])('%s: %s (machines without policies, Android)', async (claim, conforms, recipe) => {
    const answer = await verdict({ 'file.so': recipe }, { claimed: [claim] });
    expect(answer.conforms).toBe(conforms);
    if (claim.startsWith('android')) {
      const architecture = claim.endsWith('v8a') ? 'aarch64' : 'x86_64';
      expect(answer.platform).toBe(conforms ? claim : `linux_${architecture}`);
    }
  });

  it('stand in the file name and in WHEEL, and that they differ breaks none of them', async () => {
    const tags = (platform: string, ...inside: string[]): JudgeInput['tags'] => ({
      fileName: { python: 'py3', abi: 'none', platform },
      wheelFile: { path: 'w-1.dist-info/WHEEL', tags: inside },
    });
    const files = { 'file.so': glibc('GLIBC_2.17') };
    const differing = await verdict(files, { tags: tags('manylinux2014_x86_64', 'py3-none-linux_x86_64') });
    expect(differing).toMatchObject({
      claimed: ['manylinux2014_x86_64', 'linux_x86_64'],
      conforms: true,
      offences: [{ kind: 'tag', file: 'w-1.dist-info/WHEEL', policy: 'linux_x86_64' }],
    });
    const broken = await verdict(files, { tags: tags('manylinux2014_x86_64', 'py3-none-any') });
    expect(broken).toMatchObject({ conforms: false, offences: [{ kind: 'tag', policy: 'any' }] });
  });

  it('all have to hold', async () => {
    const claimed = ['manylinux_2_17_x86_64', 'manylinux_2_28_x86_64'];
    const { conforms, offences } = await verdict({ 'file.so': glibc('GLIBC_2.28') }, { claimed });
    expect(conforms).toBe(false);
    expect(offences.map(({ policy }) => policy)).toEqual(['manylinux_2_17_x86_64']);
  });

  it('give way to a policy that is asked for', async () => {
    const claimed = ['linux_x86_64'];
    const asked = await verdict(
      { 'file.so': glibc('GLIBC_2.28') },
      { claimed, policy: 'manylinux2014_x86_64' },
    );
    expect(asked).toMatchObject({ claimed, conforms: false });
  });

  it('name no policy that there isn’t', async () => {
    const asking = verdict({ 'file.so': {} }, { policy: 'manylinux2015_x86_64' });
    await expect(asking).rejects.toMatchObject({ name: 'AuditError', code: 'unknown-policy' });
  });
});

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
