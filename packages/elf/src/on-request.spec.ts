import { describe, expect, it } from '@jest/globals';
import { buildElf } from '@wheelwright/testing';
import {
  bufferSource,
  dynamicStringsContain,
  exportedNames,
  inspectElf,
  type ByteSource,
  type FileRange,
} from './index.js';

const oneDnn = '_ZN4dnnl4impl3cpu';

describe('dynamicStringsContain', () => {
  it('finds substrings of names, and tells which', async () => {
    const source = bufferSource(buildElf({ exports: [`prefix${oneDnn}suffix`, 'other'] }));
    const found = await dynamicStringsContain(source, await inspectElf(source), [oneDnn, 'absent', 'othe']);
    expect([...found].sort()).toEqual([oneDnn, 'othe']);
  });

  it('finds nothing in a file without dynamic strings', async () => {
    const source = bufferSource(buildElf({ static: true }));
    expect(await dynamicStringsContain(source, await inspectElf(source), ['a'])).toEqual(new Set());
  });

  it('reads block by block and finds what a block border cuts', async () => {
    const block = 1 << 20;
    const text = Buffer.alloc(3 * block, 'x');
    text.write('needle', block - 3);
    const reads: FileRange[] = [];
    const source: ByteSource = {
      size: text.length,
      read: (offset, length) => {
        reads.push({ offset, size: length });
        return Promise.resolve(text.subarray(offset, offset + length));
      },
    };
    const elf = { dynamicStringTable: { offset: 0, size: text.length } };
    expect(await dynamicStringsContain(source, elf, ['needle', 'haystack'])).toEqual(new Set(['needle']));
    expect(reads).toEqual([0, 1, 2].map((index) => ({ offset: index * block, size: block })));
  });
});

describe('exportedNames', () => {
  it.each(['sysv', 'gnu'] as const)('gives the defined symbols (%s hash)', async (hash) => {
    const source = bufferSource(
      buildElf({ exports: ['b', 'a', { name: 'c', type: 'object' }], imports: ['d'], hash }),
    );
    const names: string[] = [];
    for await (const name of exportedNames(source, await inspectElf(source))) names.push(name);
    expect(names.sort()).toEqual(['a', 'b', 'c']);
  });

  it('gives nothing for a file without symbols', async () => {
    const source = bufferSource(buildElf({ static: true }));
    for await (const name of exportedNames(source, await inspectElf(source))) throw new Error(name);
    expect((await inspectElf(source)).exports).toBe(0);
  });
});
