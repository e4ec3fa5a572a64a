import { expect, it } from '@jest/globals';
import { inspectElf, openFile } from '@wheelwright/elf';
import { describeIf } from '@wheelwright/testing';
import { detectVariant } from '../detect.js';
import { readVariantFacts } from '../facts.js';
import { probeLibinfo } from '../libinfo/probe.js';
import { openSlice } from '../testing/slice.js';
import { inCorpus, needs } from './folder.js';

/** Detects the variant of a library, and measures what it takes. */
async function detect(path: string) {
  const start = performance.now();
  const file = await openFile(path);
  let bytes = 0;
  let largest = 0;
  const source = {
    size: file.size,
    read: (offset: number, length: number) => {
      bytes += length;
      largest = Math.max(largest, length);
      return file.read(offset, length);
    },
  };
  try {
    const facts = await readVariantFacts(source, await inspectElf(source), path.split('/').at(-1) ?? '');
    const verdict = detectVariant(facts);
    return { facts, verdict, seconds: (performance.now() - start) / 1000, size: file.size, bytes, largest };
  } finally {
    await file.close();
  }
}

const mxnet: readonly (readonly [
  path: string,
  variant: string,
  confidence: string,
  version: string | null,
  architectures: readonly string[],
])[] = [
  ['mxnet/mxnet/libmxnet.so', 'cpu', 'high', null, []],
  ['mxnet_native/mxnet/libmxnet.so', 'native', 'medium', null, []],
  ['mxnet_cu102/mxnet/libmxnet.so', 'cu102', 'high', '10.2', ['sm_30', 'sm_50', 'sm_60', 'sm_70', 'sm_75']],
  ['mxnet_cu112/mxnet/libmxnet.so', 'cu112', 'high', '11.2', ['sm_50', 'sm_60', 'sm_70', 'sm_80', 'sm_86']],
];

describeIf([needs('mxnet')], 'the published libmxnet.so', () => {
  it.each(mxnet)(
    '%s is %s, found in under a second',
    async (path, variant, confidence, version, architectures) => {
      const runs = [await detect(inCorpus(path)), await detect(inCorpus(path)), await detect(inCorpus(path))];
      const best = runs.reduce((one, other) => (other.seconds < one.seconds ? other : one));
      const { verdict, seconds, size, bytes, largest } = best;
      expect(verdict).toMatchObject({
        variant,
        confidence,
        gpuArchitectures: architectures,
        contradictions: [],
      });
      expect(verdict.cuda?.version ?? null).toBe(version);
      expect(verdict.cuda?.atLeast ?? false).toBe(false);
      console.log(
        `${path}: ${(size / 1e6).toFixed(0)} MB, ${seconds.toFixed(2)} s, ${(bytes / 1e6).toFixed(0)} MB read`,
      );
      // A second for 740 MB, and as much more as a library is larger.
      expect(seconds).toBeLessThan(Math.max(1, size / 740e6));
      expect(bytes).toBeLessThan(100e6);
      // 2^18 symbols at once are the largest block.
      expect(largest).toBeLessThan(8e6);
    },
  );

  it.each(mxnet.slice(0, 2).map(([path, variant]) => [path, variant]))(
    'libinfo agrees: %s is %s',
    async (path, variant) => {
      const probe = await probeLibinfo(inCorpus(path));
      expect(probe).toMatchObject({ state: 'answered' });
      const { facts, verdict } = await detect(inCorpus(path));
      const libinfo = probe.state === 'answered' ? probe.features : {};
      const own = Object.fromEntries(Object.keys(verdict.features).map((name) => [name, libinfo[name]]));
      expect(own).toEqual(verdict.features);
      expect(detectVariant(facts, { libinfo })).toMatchObject({
        variant,
        confidence: 'high',
        contradictions: [],
      });
    },
  );

  it.each(mxnet.slice(2).map(([path, variant]) => [path, variant]))(
    '%s, %s, says what it needs where it cannot be loaded',
    async (path) => {
      const probe = await probeLibinfo(inCorpus(path));
      if (probe.state === 'answered') expect(probe.features).toMatchObject({ CUDA: true });
      else
        expect(probe).toMatchObject({
          reason: 'missing-dependency',
          message: expect.stringMatching(/libcu/),
        });
    },
  );
});

describeIf([needs('mxnet')], 'the slices that the default tests read', () => {
  it.each([
    ['mxnet-1.9.1', 'mxnet'],
    ['mxnet-native-1.8.0.post0', 'mxnet_native'],
    ['mxnet-cu102-1.9.1', 'mxnet_cu102'],
    ['mxnet-cu112-1.9.1', 'mxnet_cu112'],
  ])('%s says all that the library says', async (name, folder) => {
    const { facts } = await detect(inCorpus(`${folder}/mxnet/libmxnet.so`));
    const slice = openSlice(name);
    expect(await readVariantFacts(slice, await inspectElf(slice), facts.library)).toEqual(facts);
  });
});

describeIf([needs('bitsandbytes')], 'the published libbitsandbytes', () => {
  it.each(['118', '121', '124', '126', '128', '130', '132'])('of cuda%s', async (digits) => {
    const path = inCorpus(`bitsandbytes/bitsandbytes/libbitsandbytes_cuda${digits}.so`);
    const { verdict } = await detect(path);
    expect(verdict).toMatchObject({
      variant: `cu${digits}`,
      confidence: 'high',
      cuda: { source: '.nv_fatbin' },
    });
  });
});
