import type { VariantFacts } from '../facts.js';
import type { NvccAnswer } from '../nvcc/answer.js';

/** A library that needs these libraries and has no other marks. */
export function facts(needed: readonly string[], more: Partial<VariantFacts> = {}): VariantFacts {
  return {
    library: 'libmxnet.so',
    needed: ['libc.so.6', ...needed],
    oneDnnMarks: [],
    parameterServer: false,
    libinfo: false,
    gpuSections: [],
    gpuCode: { architectures: [], compiledBy: [], problem: undefined },
    cudaRuntime: undefined,
    toolkitPaths: [],
    ...more,
  };
}

export const oneDnn = { oneDnnMarks: ['_ZN4dnnl4impl'] };
export const cuda112 = facts(['libcudart.so.11.0', 'libnvrtc.so.11.2', 'libcudnn.so.8'], {
  ...oneDnn,
  gpuSections: ['.nv_fatbin', '.nvFatBinSegment'],
  gpuCode: { architectures: ['sm_50', 'sm_86'], compiledBy: [], problem: undefined },
});
export const cuda12 = facts(['libcudart.so.12', 'libnvrtc.so.12']);
export const staticCuda = facts([], { gpuSections: ['.nv_fatbin'] });

/** What names a release beside the needed libraries. */
export const compiledBy = (...releases: [number, number][]): Partial<VariantFacts> => ({
  gpuSections: ['.nv_fatbin'],
  gpuCode: {
    architectures: ['sm_70'],
    compiledBy: releases.map(([major, minor]) => ({ major, minor })),
    problem: undefined,
  },
});
export const speaksOf = (...releases: [number, number][]): Partial<VariantFacts> => ({
  toolkitPaths: releases.map(([major, minor]) => ({ release: { major, minor }, count: 3 })),
});
export const nvccOf = (major: number, minor: number): NvccAnswer => ({
  state: 'release',
  path: '/cuda/bin/nvcc',
  release: { major, minor },
  line: `Cuda compilation tools, release ${major}.${minor}`,
});
export const open11 = ['libcudart.so.11.0', 'libnvrtc.so.11.2'];
export const open12 = ['libcudart.so.12'];
