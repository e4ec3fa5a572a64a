import { describe, expect, it } from '@jest/globals';
import type { ElfRecipe } from '@wheelwright/testing';
import type { TagClaims } from './tag-claim.js';
import { glibc, verdict } from './testing/verdict-of.js';

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

  it('is what another system’s wheel claims, which is not judged', async () => {
    expect(await verdict({}, { claimed: ['win_amd64'] })).toMatchObject({
      pure: false,
      platform: 'win_amd64',
      conforms: true,
      suggestedTag: null,
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
    const tags = (platform: string, ...inside: string[]): TagClaims => ({
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
