import { describe, expect, it } from '@jest/globals';
import { combineVerdicts } from './combine.js';
import { detectVariant } from './detect.js';
import { facts, oneDnn, cuda112, cuda12, staticCuda } from './testing/facts.js';

describe('detectVariant', () => {
  it.each([
    ['native', 'medium', facts([])],
    ['cpu', 'high', facts([], oneDnn)],
    ['cpu', 'high', facts([], { oneDnnMarks: ['_ZN6mkldnn4impl'] })],
    ['cu90', 'high', facts(['libcudart.so.9.0'])],
    ['cu101', 'high', facts(['libcudart.so.10.1', 'libnvrtc.so.10.1', 'libcudnn.so.7'], oneDnn)],
    ['cu102', 'high', facts(['libcudart.so.10.2', 'libcuda.so.1'])],
    ['cu111', 'high', facts(['libcudart.so.11.0', 'libnvrtc.so.11.1'])],
    ['cu112', 'low', cuda112],
    ['cu110', 'low', facts(['libcudart.so.11.0'])],
  ])('finds %s, %s', (variant, confidence, given) => {
    expect(detectVariant(given)).toMatchObject({ variant, confidence });
  });

  it('gives every field of the verdict', () => {
    expect(detectVariant(cuda112)).toEqual({
      library: 'libmxnet.so',
      variant: 'cu112',
      confidence: 'low',
      features: { CUDA: true, CUDNN: true, ONEDNN: true, DIST_KVSTORE: false },
      cuda: { version: '11.2', atLeast: true, source: 'libnvrtc.so.11.2' },
      gpuArchitectures: ['sm_50', 'sm_86'],
      contradictions: [],
      hint: expect.stringContaining('--variant cu112, cu113'),
      evidence: [
        {
          source: 'elf',
          says: 'CUDA 11.0 or a later 11.x',
          detail: 'needs libcudart.so.11.0',
          library: 'libmxnet.so',
        },
        {
          source: 'elf',
          says: 'CUDA 11.2 or a later 11.x',
          detail: 'needs libnvrtc.so.11.2',
          library: 'libmxnet.so',
        },
        { source: 'elf', says: 'CUDA', detail: 'needs libcudnn.so.8', library: 'libmxnet.so' },
        {
          source: 'elf',
          says: 'CUDA',
          detail: 'has the section .nv_fatbin with code for sm_50, sm_86',
          library: 'libmxnet.so',
        },
        { source: 'elf', says: 'CUDA', detail: 'has the section .nvFatBinSegment', library: 'libmxnet.so' },
        {
          source: 'elf',
          says: 'oneDNN',
          detail: 'has names that begin with _ZN4dnnl4impl',
          library: 'libmxnet.so',
        },
      ],
    });
  });

  it('does not guess a CUDA version, and says what to pass', () => {
    for (const [given, version, word] of [
      [cuda12, '12', 'cu120'],
      [staticCuda, null, 'cu102'],
      [facts(['libcudnn.so.9']), null, 'cu102'],
    ] as const) {
      expect(detectVariant(given)).toMatchObject({
        variant: null,
        confidence: 'none',
        cuda: { version },
        hint: expect.stringContaining(`--variant ${word}`),
      });
    }
  });

  it.each([
    [cuda12, 'cu124', '12.4'],
    [staticCuda, 'CU102', '10.2'],
    [cuda112, 'cu118', '11.8'],
  ])('lets the request complete a version that is open', (given, requested, version) => {
    expect(detectVariant(given, { requested })).toMatchObject({
      variant: requested.toLowerCase(),
      confidence: 'medium',
      cuda: { version, atLeast: false, source: 'flag' },
      evidence: expect.arrayContaining([
        expect.objectContaining({ source: 'flag', says: `CUDA ${version}` }),
      ]),
    });
  });

  it.each([
    [cuda112, 'cu111', 'cu112'],
    [cuda112, 'cu120', 'cu112'],
    [cuda12, 'cu112', null],
    [facts(['libcudart.so.10.2']), 'cu101', 'cu102'],
    [facts([]), 'cu101', 'native'],
    [facts([], oneDnn), 'native', 'cpu'],
    [cuda112, 'avx2', 'cu112'],
  ])('does not let the request overrule the library', (given, requested, variant) => {
    expect(detectVariant(given, { requested }).variant).toBe(variant);
  });

  it('shows two toolkits in one library', () => {
    const mixed = detectVariant(facts(['libcudart.so.10.2', 'libnvrtc.so.10.1']));
    expect(mixed).toMatchObject({
      variant: 'cu102',
      contradictions: ['libcudart.so.10.2 and libnvrtc.so.10.1 are of different CUDA releases.'],
    });
  });

  it('refuses a request that is no word, whatever the library is', () => {
    expect(() => detectVariant(facts([]), { requested: '../x' })).toThrow(
      expect.objectContaining({ code: 'invalid-variant' }),
    );
  });
});

describe('what a library says of itself', () => {
  const off = { CUDA: false, CUDNN: false, ONEDNN: false, DIST_KVSTORE: false };

  it.each([
    ['native, for certain', facts([]), off, 'native', 'high', []],
    ['cpu, though its names are hidden', facts([]), { ...off, ONEDNN: true }, 'cpu', 'high', []],
    ['CUDA of an unknown version', facts([]), { ...off, CUDA: true }, null, 'none', []],
    [
      'without oneDNN, though it has its names',
      facts([], oneDnn),
      off,
      'native',
      'high',
      [/_ZN4dnnl4impl.* built without/],
    ],
    [
      'without CUDA, though it needs it',
      facts(['libcudart.so.10.2']),
      off,
      'cu102',
      'high',
      [/libcudart.* without CUDA/],
    ],
  ] as const)('is %s', (_, given, libinfo, variant, confidence, contradictions) => {
    const verdict = detectVariant(given, { libinfo });
    expect(verdict).toMatchObject({ variant, confidence });
    expect(verdict.contradictions).toEqual(contradictions.map((text) => expect.stringMatching(text)));
    expect(verdict.evidence).toContainEqual(expect.objectContaining({ source: 'libinfo' }));
  });

  it('adds the other features that it names', () => {
    const verdict = detectVariant(facts([]), { libinfo: { ...off, OPENMP: true } });
    expect(verdict.features).toEqual({ ...off, OPENMP: true });
    expect(verdict.evidence).toContainEqual(
      expect.objectContaining({ says: 'no CUDA, no oneDNN', detail: 'MXLibInfoFeatures has on: OPENMP' }),
    );
    expect(combineVerdicts([verdict, detectVariant(facts([], oneDnn))]).features).toEqual({
      ...off,
      ONEDNN: true,
      OPENMP: true,
    });
  });
});
