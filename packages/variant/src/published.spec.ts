import { describe, expect, it } from '@jest/globals';
import { inspectElf } from '@wheelwright/elf';
import { detectVariant } from './detect.js';
import { readVariantFacts } from './facts.js';
import { openSlice } from './testing/slice.js';

/** What is known of the published libraries beside the slices: their names, and what libinfo and cuobjdump say of them. */
const published = [
  ['mxnet-1.9.1', 'cpu', null, [], { CUDA: false, ONEDNN: true, DIST_KVSTORE: true }],
  ['mxnet-native-1.8.0.post0', 'native', null, [], { CUDA: false, ONEDNN: false, DIST_KVSTORE: false }],
  [
    'mxnet-cu102-1.9.1',
    'cu102',
    '10.2',
    ['sm_30', 'sm_50', 'sm_60', 'sm_70', 'sm_75'],
    { CUDA: true, CUDNN: true, ONEDNN: true },
  ],
  [
    'mxnet-cu112-1.9.1',
    'cu112',
    '11.2',
    ['sm_50', 'sm_60', 'sm_70', 'sm_80', 'sm_86'],
    { CUDA: true, CUDNN: true, ONEDNN: true },
  ],
] as const;

const factsOf = async (name: string) => {
  const source = openSlice(name);
  return readVariantFacts(source, await inspectElf(source), name);
};

describe('slices of the published libmxnet.so', () => {
  it.each(published)('%s is %s', async (name, variant, version, gpuArchitectures, features) => {
    const facts = await factsOf(name);
    const verdict = detectVariant(facts);
    expect(verdict).toMatchObject({ variant, gpuArchitectures, features, contradictions: [] });
    expect(verdict.cuda?.version ?? null).toBe(version);
    expect(facts.libinfo).toBe(true);
  });

  it('of CUDA 11.2 names its release thrice: by NVRTC, its GPU code, and paths', async () => {
    const facts = await factsOf('mxnet-cu112-1.9.1');
    expect(facts.needed).toEqual(expect.arrayContaining(['libcudart.so.11.0', 'libnvrtc.so.11.2']));
    expect(facts).toMatchObject({
      cudaRuntime: 'imported',
      gpuCode: { compiledBy: [{ major: 11, minor: 2 }], problem: undefined },
      toolkitPaths: [{ release: { major: 11, minor: 2 }, count: 75 }],
    });
    const plain = { ...facts, gpuCode: { ...facts.gpuCode, compiledBy: [] } };
    expect(detectVariant(plain)).toMatchObject({
      variant: 'cu112',
      cuda: { source: '/usr/local/cuda-11.2' },
    });
    expect(detectVariant({ ...plain, toolkitPaths: [] })).toMatchObject({
      variant: 'cu112',
      confidence: 'low',
      cuda: { version: '11.2', atLeast: true, source: 'libnvrtc.so.11.2' },
    });
  });
});
