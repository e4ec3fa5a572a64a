import { describe, expect, it } from '@jest/globals';
import { checkRequested } from './check-requested.js';
import { detectVariant } from './detect.js';
import type { NvccAnswer } from './nvcc/answer.js';
import { facts, staticCuda, compiledBy, speaksOf, nvccOf, open11, open12 } from './testing/facts.js';

describe('a CUDA release that the needed libraries leave open', () => {
  it.each([
    ['its GPU code', facts(open11, compiledBy([11, 8])), undefined, 'cu118', '.nv_fatbin', 'high'],
    [
      'its newest GPU code',
      facts(open12, compiledBy([11, 8], [12, 1], [12, 4])),
      undefined,
      'cu124',
      '.nv_fatbin',
      'high',
    ],
    ['its strings', facts(open11, speaksOf([11, 2])), undefined, 'cu112', '/usr/local/cuda-11.2', 'medium'],
    ['nvcc', facts(open12), nvccOf(12, 4), 'cu124', 'nvcc', 'medium'],
    ['nvcc, where nothing is known', staticCuda, nvccOf(10, 2), 'cu102', 'nvcc', 'medium'],
    [
      'its GPU code, before its strings',
      facts(open11, { ...compiledBy([11, 3]), ...speaksOf([11, 2]) }),
      undefined,
      'cu113',
      '.nv_fatbin',
      'high',
    ],
    [
      'its strings, before nvcc',
      facts(open11, speaksOf([11, 2])),
      nvccOf(11, 8),
      'cu112',
      '/usr/local/cuda-11.2',
      'medium',
    ],
    [
      'a static runtime’s GPU code',
      facts([], { ...compiledBy([12, 6]), cudaRuntime: 'linked' }),
      undefined,
      'cu126',
      '.nv_fatbin',
      'high',
    ],
  ] as const)('is completed by %s', (_, given, nvcc, variant, source, confidence) => {
    expect(detectVariant(given, { nvcc })).toMatchObject({
      variant,
      confidence,
      cuda: { source, atLeast: false },
    });
  });

  it.each([
    ['paths of two possible toolkits', facts(open11, speaksOf([11, 2], [11, 4])), undefined, 'cu112', 'low'],
    ['a path that is ruled out', facts(open11, speaksOf([11, 1])), undefined, 'cu112', 'low'],
    ['an nvcc that is ruled out', facts(open11), nvccOf(10, 2), 'cu112', 'low'],
    ['an nvcc of another major release', facts(open12), nvccOf(11, 8), null, 'none'],
    [
      'an nvcc that is older than the GPU code',
      facts(open12, compiledBy([12, 4])),
      nvccOf(12, 1),
      'cu124',
      'high',
    ],
    ['GPU code of another major release', facts(open12, compiledBy([11, 8])), undefined, null, 'none'],
  ] as const)('is not completed by %s', (_, given, nvcc, variant, confidence) => {
    expect(detectVariant(given, { nvcc })).toMatchObject({ variant, confidence });
  });

  it('is the request where that is possible, which what differs is told of', () => {
    const given = facts(open11, { ...compiledBy([11, 2]), ...speaksOf([11, 3]) });
    expect(detectVariant(given, { requested: 'cu118', nvcc: nvccOf(11, 4) })).toMatchObject({
      variant: 'cu118',
      confidence: 'medium',
      cuda: { source: 'flag' },
      contradictions: [
        'libmxnet.so is CUDA 11.8 (flag), but its strings name /usr/local/cuda-11.3 (3 times): the request (cu118) counts.',
        'libmxnet.so is CUDA 11.8 (flag), but /cuda/bin/nvcc is CUDA 11.4: the request (cu118) counts.',
      ],
    });
  });

  it('is confirmed by the library where the request is what it says', () => {
    const given = facts(open12, compiledBy([12, 4]));
    const verdict = detectVariant(given, { requested: 'cu124' });
    expect(verdict).toMatchObject({ variant: 'cu124', confidence: 'high', cuda: { source: '.nv_fatbin' } });
    expect(checkRequested('cu124', verdict)).toMatchObject({ result: 'match', verified: true });
  });

  it('is not confirmed by nvcc, which is no part of the library', () => {
    const verdict = detectVariant(facts(open12), { requested: 'cu124', nvcc: nvccOf(12, 4) });
    expect(checkRequested('cu124', verdict)).toMatchObject({ result: 'match', verified: false });
  });

  it('cannot be older than the compiler of the GPU code', () => {
    const given = facts(open11, compiledBy([11, 6]));
    const verdict = detectVariant(given, { requested: 'cu112' });
    expect(verdict.variant).toBe('cu116');
    expect(checkRequested('cu112', verdict).result).toBe('mismatch');
  });
});

describe('a static runtime whose only GPU code is older', () => {
  const given = facts([], compiledBy([11, 8]));

  it.each([
    ['cu124', 'cu124', 'match'],
    ['cu118', 'cu118', 'match'],
    ['cu112', 'cu118', 'mismatch'],
  ])('asked for as %s, is %s', (requested, variant, result) => {
    const verdict = detectVariant(given, { requested });
    expect(verdict).toMatchObject({ variant, contradictions: [] });
    expect(checkRequested(requested, verdict).result).toBe(result);
  });
});

describe('sources that contradict one another', () => {
  it('are both shown, and the library wins over nvcc', () => {
    const verdict = detectVariant(facts(['libcudart.so.10.2']), { nvcc: nvccOf(11, 0) });
    expect(verdict).toMatchObject({
      variant: 'cu102',
      confidence: 'high',
      contradictions: [
        'libmxnet.so is CUDA 10.2 (libcudart.so.10.2), but /cuda/bin/nvcc is CUDA 11.0: the library counts.',
      ],
    });
    expect(verdict.evidence).toContainEqual({
      source: 'nvcc',
      says: 'CUDA 11.0',
      detail: "/cuda/bin/nvcc --version says 'Cuda compilation tools, release 11.0'",
      library: 'libmxnet.so',
    });
  });

  it('are shown where GPU code is newer than the libraries that are needed, and not where it is older', () => {
    const newer = detectVariant(facts(['libcudart.so.10.2'], compiledBy([11, 2])));
    expect(newer.contradictions).toEqual([
      'libmxnet.so is CUDA 10.2 (libcudart.so.10.2), but its GPU code was compiled by CUDA 11.2: the library counts.',
    ]);
    for (const older of [
      facts(['libcudart.so.10.2'], compiledBy([10, 1])),
      facts(open12, compiledBy([11, 8])),
    ]) {
      expect(detectVariant(older).contradictions).toEqual([]);
    }
  });

  it.each<[NvccAnswer, string]>([
    [{ state: 'absent', searched: ['/a/nvcc', '/b/nvcc'] }, 'there is no nvcc: /a/nvcc, /b/nvcc'],
    [{ state: 'failed', path: '/a/nvcc', message: 'exit code 1' }, '/a/nvcc failed: exit code 1'],
    [{ state: 'timed-out', path: '/a/nvcc', seconds: 10 }, "/a/nvcc didn't end within 10 s"],
    [{ state: 'unreadable', path: '/a/nvcc', printed: 'hi' }, '/a/nvcc --version names no release: "hi"'],
  ])('leave an nvcc that says nothing its reason: %j', (nvcc, detail) => {
    const verdict = detectVariant(staticCuda, { nvcc });
    expect(verdict).toMatchObject({ variant: null, hint: expect.stringContaining('--variant') });
    expect(verdict.evidence).toContainEqual(
      expect.objectContaining({ source: 'nvcc', says: 'nothing', detail }),
    );
  });
});
