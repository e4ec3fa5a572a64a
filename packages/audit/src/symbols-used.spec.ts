import { describe, expect, it } from '@jest/globals';
import { bufferSource, inspectElf, type ElfFile } from '@wheelwright/elf';
import { buildElf, type ElfRecipe } from '@wheelwright/testing';
import { isUnusedLink, symbolsUsed } from './symbols-used.js';

const read = (recipe: ElfRecipe): Promise<ElfFile> => inspectElf(bufferSource(buildElf(recipe)));

describe('symbolsUsed', () => {
  it('goes by versions where there are any', async () => {
    const elf = await read({
      needed: ['libgomp.so.1', 'libplain.so'],
      imports: [
        { name: 'GOMP_parallel', library: 'libgomp.so.1', version: 'GOMP_4.0' },
        { name: 'omp_get_num_threads', library: 'libgomp.so.1', version: 'OMP_1.0' },
        'plain',
      ],
    });
    expect(symbolsUsed(elf, 'libgomp.so.1')).toEqual(['GOMP_parallel', 'omp_get_num_threads']);
    expect(symbolsUsed(elf, 'libgomp.so.1', 'OMP_1.0')).toEqual(['omp_get_num_threads']);
    expect(symbolsUsed(elf, 'libplain.so')).toEqual(['plain']);
  });

  it('takes nothing without a version for glibc’s', async () => {
    const elf = await read({
      needed: ['libgomp.so.1', 'libm.so.6', 'libc.so.6'],
      imports: ['omp_get_num_threads'],
    });
    expect(symbolsUsed(elf, 'libgomp.so.1')).toEqual(['omp_get_num_threads']);
  });

  it('tells libraries without versions apart by names, and nothing where they say nothing', async () => {
    const elf = await read({
      needed: ['libhipblas.so.2', 'libhipblaslt.so.0', 'libsycl.so.8', 'libother.so'],
      imports: [
        'hipblasCreate',
        'hipblasLtCreate',
        '_ZN4sycl3_V15queueC1Ev',
        '_ZNK4sycl1xEv',
        '__sycl_register_lib',
        'foreign',
      ],
    });
    expect(symbolsUsed(elf, 'libhipblas.so.2')).toEqual(['hipblasCreate']);
    expect(symbolsUsed(elf, 'libhipblaslt.so.0')).toEqual(['hipblasLtCreate']);
    expect(symbolsUsed(elf, 'libsycl.so.8')).toHaveLength(3);
    expect(symbolsUsed(elf, 'libother.so')).toEqual([]);
    expect(isUnusedLink(elf, 'libother.so')).toBe(false);
  });
});

describe('isUnusedLink', () => {
  it('needs every symbol to be another’s', async () => {
    const elf = await read({
      needed: ['libc.so.6', 'libq.so', 'libused.so'],
      versionNeeds: { 'libc.so.6': ['GLIBC_2.2.5'] },
      imports: ['used_a', 'PyLong_AsLong', { name: '__gmon_start__', weak: true }],
    });
    expect(isUnusedLink(elf, 'libq.so')).toBe(true);
    expect(isUnusedLink(elf, 'libused.so')).toBe(false);
    expect(isUnusedLink(elf, 'libc.so.6')).toBe(false);
  });
});
