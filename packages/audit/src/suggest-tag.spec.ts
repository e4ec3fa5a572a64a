import { describe, expect, it } from '@jest/globals';
import { bufferSource, inspectElf } from '@wheelwright/elf';
import { buildElf, type ElfRecipe } from '@wheelwright/testing';
import { suggestTag } from './suggest-tag.js';

async function suggested(recipes: Readonly<Record<string, ElfRecipe>>, platform = 'linux_x86_64') {
  const files = await Promise.all(
    Object.entries(recipes).map(async ([path, recipe]) => ({
      path,
      elf: await inspectElf(bufferSource(buildElf(recipe))),
    })),
  );
  return suggestTag(files, platform);
}

const module: ElfRecipe = { exports: ['PyInit_fast'] };

describe('suggestTag', () => {
  it.each<[string | undefined, string, Record<string, ElfRecipe>]>([
    ['py3-none-any', 'any', {}],
    ['py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64', 'manylinux_2_17_x86_64', { 'libq.so': {} }],
    ['cp311-cp311-linux_x86_64', 'linux_x86_64', { 'fast.cpython-311-x86_64-linux-gnu.so': module }],
    ['cp313-cp313t-linux_x86_64', 'linux_x86_64', { 'fast.cpython-313t-x86_64-linux-gnu.so': module }],
    ['cp36-cp36m-linux_x86_64', 'linux_x86_64', { 'fast.cpython-36m-x86_64-linux-gnu.so': module }],
    ['pp310-pypy310_pp73-linux_x86_64', 'linux_x86_64', { 'fast.pypy310-pp73-x86_64-linux-gnu.so': module }],
    [
      'cp37-abi3-linux_x86_64',
      'linux_x86_64',
      {
        'fast.abi3.so': {
          ...module,
          imports: ['PySlice_Unpack', 'PyStructSequence_NewType', 'PyInterpreterState_GetID'],
        },
      },
    ],
    [
      'cp311-cp311-linux_x86_64',
      'linux_x86_64',
      { 'a/fast.abi3.so': module, 'b/fast.cpython-311-x86_64-linux-gnu.so': module },
    ],
    [undefined, 'linux_x86_64', { 'fast.so': module }],
    [
      undefined,
      'linux_x86_64',
      { 'fast.cpython-311-x86_64-linux-gnu.so': module, 'fast.cpython-312-x86_64-linux-gnu.so': module },
    ],
    [undefined, 'linux_x86_64', { 'a.so': {}, 'b.so': { machine: 'aarch64' } }],
  ])('%s', async (tag, platform, recipes) => {
    expect(await suggested(recipes, platform)).toBe(tag);
  });
});
