import { describe, expect, it } from '@jest/globals';
import { parsePlatformTag, platformSpellings } from './platform-tag.js';

/** What a tag is understood as, in one text. */
function understood(tag: string): string {
  const parsed = parsePlatformTag(tag);
  if (parsed.kind === 'policy') return `${parsed.policy.name} ${parsed.policy.architecture}`;
  return parsed.kind === 'linux' ? `linux ${parsed.architecture}` : parsed.kind;
}

describe('parsePlatformTag', () => {
  it.each([
    ['any', 'any'],
    ['linux_x86_64', 'linux x86_64'],
    ['linux_armv6l', 'linux armv7l'],
    ['manylinux1_i686', 'manylinux_2_5 i686'],
    ['manylinux2014_ppc64le', 'manylinux_2_17 ppc64le'],
    ['manylinux2014_ppc64', 'manylinux_2_17 ppc64'],
    ['manylinux_2_28_aarch64', 'manylinux_2_28 aarch64'],
    ['musllinux_1_2_armv7l', 'musllinux_1_2 armv7l'],
    ['musllinux_1_2_armv6l', 'musllinux_1_2 armv7l'],
    ['win_amd64', 'foreign'],
    ['macosx_11_0_arm64', 'foreign'],
    ['linux_mips64', 'other-linux'],
    ['android_27_arm64_v8a', 'android_27 aarch64'],
    ['android_34_x86_64', 'android_34 x86_64'],
    ['android_20_x86_64', 'unknown'],
    ['android_21_armeabi_v7a', 'unknown'],
    ['manylinux1_aarch64', 'unknown'],
    ['manylinux2015_x86_64', 'unknown'],
    ['manylinux_2_4_x86_64', 'unknown'],
  ])('%s: %s', (tag, meaning) => {
    expect(understood(tag)).toBe(meaning);
  });

  it('holds a glibc version between two policies to the older one', () => {
    expect(understood('manylinux_2_29_x86_64')).toBe('manylinux_2_28 x86_64');
  });
});

describe('platformSpellings', () => {
  it.each([
    ['manylinux_2_17_x86_64', ['manylinux2014_x86_64', 'manylinux_2_17_x86_64']],
    ['manylinux1_i686', ['manylinux1_i686', 'manylinux_2_5_i686']],
    ['manylinux_2_28_x86_64', ['manylinux_2_28_x86_64']],
    ['manylinux_2_29_x86_64', ['manylinux_2_29_x86_64']],
    ['linux_x86_64', ['linux_x86_64']],
    ['any', ['any']],
  ])('%s: %j', (tag, spellings) => {
    expect(platformSpellings(tag)).toEqual(spellings);
  });
});
