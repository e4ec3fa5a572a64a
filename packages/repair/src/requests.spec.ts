import { describe, expect, it } from '@jest/globals';
import { parseProvider } from './provider.js';
import { promisedLibraries, refuseUnused } from './promised.js';

describe('a provider', () => {
  it.each([
    ['libcudart.so.12=nvidia-cuda-runtime-cu12', 'nvidia-cuda-runtime-cu12', 'nvidia/cuda_runtime/lib'],
    [
      'libcudart.so.12=Nvidia_CUDA-runtime.cu12 >= 12.1',
      'Nvidia_CUDA-runtime.cu12>=12.1',
      'nvidia/cuda_runtime/lib',
    ],
    ['libfoo.so.1=foo-libs==2.*:foo/lib/', 'foo-libs==2.*', 'foo/lib'],
    ['libfoo.so.1=foo-libs >= 2, !=2.1:foo/lib', 'foo-libs>=2,!=2.1', 'foo/lib'],
  ])('%s', (text, requirement, folder) => {
    expect(parseProvider(text)).toEqual({ library: text.split('=')[0], requirement, folder });
  });

  it.each([
    'libfoo.so.1',
    '=x',
    'libfoo.so.1=foo',
    'libfoo.so.1=foo:../..',
    'libfoo.so.1=foo:/usr/lib',
    'a=b c',
    'libfoo.so.1=foo=2:lib',
    'libfoo.so.1=foo>=:lib',
    'libfoo.so.1=foo<2,:lib',
  ])('is not %s', (text) => {
    expect(() => parseProvider(text)).toThrow(expect.objectContaining({ code: 'bad-request' }));
  });
});

describe('what is promised', () => {
  const promised = promisedLibraries({ exclude: ['libfoo.so.*'], graftDrivers: ['libamdhip64.so.*'] });

  it.each([
    ['libfoo.so.1', true],
    ['libfoo.so', false],
    ['libcuda.so.1', true],
    ['libnvidia-ml.so.1', true],
    ['libhsa-runtime64.so.1', true],
    // Brought along because that was asked for.
    ['libamdhip64.so.6', false],
    ['libz.so.1', false],
  ])('%s: %s', (library, expected) => {
    expect(promised.isPromised(library)).toBe(expected);
  });

  it.each(['libcuda.so*', '*'])('refuses to bring the NVIDIA driver: %s', (pattern) => {
    expect(() => promisedLibraries({ graftDrivers: [pattern] })).toThrow(
      expect.objectContaining({ code: 'bad-request' }),
    );
  });

  it('names what is like a pattern that matches nothing', () => {
    const needed = ['libfoo.so', 'libbar.so.2'];
    expect(promised.unusedExcludes(needed)).toEqual(['libfoo.so.*']);
    expect(() => {
      refuseUnused(['libfoo.so.*'], needed);
    }).toThrow(
      expect.objectContaining({
        code: 'exclude-unused',
        hint: expect.stringMatching(/needed are libfoo\.so$/),
      }),
    );
  });
});
