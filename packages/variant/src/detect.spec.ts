import { describe, expect, it } from '@jest/globals';
import { checkRequested } from './check-requested.js';
import { combineVerdicts } from './combine.js';
import { detectVariant } from './detect.js';
import type { VariantFacts } from './facts.js';

function facts(needed: readonly string[], more: Partial<VariantFacts> = {}): VariantFacts {
  return {
    library: 'libmxnet.so',
    needed: ['libc.so.6', ...needed],
    oneDnnMarks: [],
    parameterServer: false,
    gpuSections: [],
    gpuCode: { architectures: [], problem: undefined },
    ...more,
  };
}

const oneDnn = { oneDnnMarks: ['_ZN4dnnl4impl'] };
const cuda112 = facts(['libcudart.so.11.0', 'libnvrtc.so.11.2', 'libcudnn.so.8'], {
  ...oneDnn,
  gpuSections: ['.nv_fatbin', '.nvFatBinSegment'],
  gpuCode: { architectures: ['sm_50', 'sm_86'], problem: undefined },
});
const cuda12 = facts(['libcudart.so.12', 'libnvrtc.so.12']);
const staticCuda = facts([], { gpuSections: ['.nv_fatbin'] });

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

describe('combineVerdicts', () => {
  const named = (library: string, given: VariantFacts) => detectVariant({ ...given, library });
  const plain = named('libgomp.so.1', facts([]));
  const cpu = named('libops.so', facts([], { ...oneDnn, parameterServer: true }));
  const cu101 = named('liba.so', facts(['libcudart.so.10.1']));
  const cu102 = named('libb.so', facts(['libcudart.so.10.2']));
  const open = named('libc.so', staticCuda);
  const atLeast = named('libd.so', cuda112);

  it.each([
    ['native', [plain, plain]],
    ['cpu', [plain, cpu]],
    ['cu102', [plain, cu102, cpu]],
    ['cu102', [open, cu102]],
    ['cu112', [named('x', facts(['libcudart.so.11.0'])), atLeast]],
    [null, [plain, open, cpu]],
  ])('finds %s without a contradiction', (variant, verdicts) => {
    for (const order of [verdicts, verdicts.toReversed()]) {
      expect(combineVerdicts(order)).toMatchObject({ variant, contradictions: [] });
    }
  });

  it('joins features, architectures and evidence', () => {
    const all = combineVerdicts([plain, cpu, atLeast]);
    expect(all.features).toEqual({ CUDA: true, CUDNN: true, ONEDNN: true, DIST_KVSTORE: true });
    expect(all.gpuArchitectures).toEqual(['sm_50', 'sm_86']);
    expect(new Set(all.evidence.map(({ library }) => library))).toEqual(
      new Set(['libgomp.so.1', 'libops.so', 'libd.so']),
    );
  });

  it('reports CUDA releases that differ, with both sides', () => {
    expect(combineVerdicts([cu101, plain, cu102])).toMatchObject({
      variant: 'cu102',
      library: 'libb.so',
      contradictions: [
        "libb.so is cu102 (libcudart.so.10.2), but liba.so is cu101 (libcudart.so.10.1): they can't be of one build.",
      ],
    });
  });

  it('refuses to combine nothing', () => {
    expect(() => combineVerdicts([])).toThrow(expect.objectContaining({ code: 'no-libraries' }));
  });
});

describe('checkRequested', () => {
  it.each([
    ['cpu', facts([], oneDnn), 'match', true],
    ['native', facts([]), 'match', true],
    ['CU102', facts(['libcudart.so.10.2']), 'match', true],
    ['cu112', cuda112, 'match', false],
    ['cu118', cuda112, 'match', false],
    ['cu124', cuda12, 'match', false],
    ['cu102', staticCuda, 'unverifiable', false],
    ['avx2', facts([]), 'unverifiable', false],
    ['cu101', facts(['libcudart.so.10.2']), 'mismatch', true],
    ['cu111', cuda112, 'mismatch', true],
    ['cu120', cuda112, 'mismatch', true],
    ['cu118', cuda12, 'mismatch', true],
    ['cu102', facts([]), 'mismatch', true],
    ['cu102', facts([], oneDnn), 'mismatch', true],
    ['cpu', facts([]), 'mismatch', true],
    ['native', facts([], oneDnn), 'mismatch', true],
    ['cpu', cuda12, 'mismatch', true],
  ])('%s of %j: %s, verified %s', (requested, given, result, verified) => {
    const check = checkRequested(requested, detectVariant(given));
    expect(check).toMatchObject({ result, verified, requested: requested.toLowerCase() });
    expect(check.message).toContain(`'${requested.toLowerCase()}'`);
    expect(check.message).toContain(check.detected);
  });

  it('does not take the request for its own confirmation', () => {
    const verdict = detectVariant(staticCuda, { requested: 'cu102' });
    expect(checkRequested('cu102', verdict)).toMatchObject({ result: 'match', verified: false });
    expect(checkRequested('cu101', verdict)).toMatchObject({ result: 'mismatch' });
  });

  it('shows both sides', () => {
    expect(checkRequested('cu118', detectVariant(cuda12)).message).toBe(
      "'cu118' was requested, and libmxnet.so is CUDA 12.x (libcudart.so.12).",
    );
  });

  it('refuses what is no word', () => {
    expect(() => checkRequested('a/b', detectVariant(facts([])))).toThrow(
      expect.objectContaining({ code: 'invalid-variant' }),
    );
  });
});
