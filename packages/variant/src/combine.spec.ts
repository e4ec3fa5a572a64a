import { describe, expect, it } from '@jest/globals';
import { combineVerdicts } from './combine.js';
import { detectVariant } from './detect.js';
import type { VariantFacts } from './facts.js';
import { compiledBy, cuda112, facts, oneDnn, open12, staticCuda } from './testing/facts.js';

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

  it('takes no older GPU code for a contradiction: libraries come along that were built before', () => {
    const own = named('libtorch.so', facts(open12, compiledBy([12, 1])));
    const older = named('libcusparseLt.so', facts([], compiledBy([12, 0])));
    const muchOlder = named('libnccl.so', facts([], compiledBy([11, 8])));
    expect(combineVerdicts([older, own, muchOlder])).toMatchObject({ variant: 'cu121', contradictions: [] });
  });

  it('refuses to combine nothing', () => {
    expect(() => combineVerdicts([])).toThrow(expect.objectContaining({ code: 'no-libraries' }));
  });
});
