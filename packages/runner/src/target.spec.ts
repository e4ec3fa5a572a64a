import { describe, expect, it } from '@jest/globals';
import { parseTarget } from './target.js';

describe('parseTarget', () => {
  it.each([
    ['manylinux_2_28_aarch64', 'manylinux_2_28_aarch64', 'glibc', [2, 28], 'aarch64'],
    ['manylinux_2_17_x86_64', 'manylinux_2_17_x86_64', 'glibc', [2, 17], 'x86_64'],
    ['manylinux2014_x86_64', 'manylinux_2_17_x86_64', 'glibc', [2, 17], 'x86_64'],
    ['manylinux2010_i686', 'manylinux_2_12_i686', 'glibc', [2, 12], 'i686'],
    ['manylinux1_x86_64', 'manylinux_2_5_x86_64', 'glibc', [2, 5], 'x86_64'],
    ['musllinux_1_2_x86_64', 'musllinux_1_2_x86_64', 'musl', [1, 2], 'x86_64'],
    ['manylinux2014_ppc64le', 'manylinux_2_17_ppc64le', 'glibc', [2, 17], 'ppc64le'],
  ])('reads %s', (text, tag, libc, floor, arch) => {
    expect(parseTarget(text)).toEqual({ tag, libc, floor, arch });
  });

  it('reads a tag that promises nothing', () => {
    expect(parseTarget('linux_x86_64')).toEqual({ tag: 'linux_x86_64', libc: 'glibc', arch: 'x86_64' });
  });

  it.each([
    '',
    'x86_64',
    '_x86_64',
    'manylinux2014',
    'manylinux2014_sparc',
    'manylinux_2_x86_64',
    'manylinux_2_017_x86_64',
    'manylinux_2_17_x86_64\n',
    'manylinux_2_17_x86_64 -DX',
    'musllinux2014_x86_64',
    'macosx_11_0_arm64',
    'toString_x86_64',
  ])('refuses %j', (text) => {
    expect(() => parseTarget(text)).toThrow(expect.objectContaining({ code: 'bad-target' }));
  });
});
