import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { buildElf, compileLibrary, describeIf, temporaryFolder, type ElfRecipe } from '@wheelwright/testing';
import fc from 'fast-check';
import { bufferSource, ElfError, inspectElf, readSectionTable } from './index.js';

const recipe: ElfRecipe = {
  soname: 'libsmall.so.1',
  needed: ['libc.so.6'],
  runpath: '$ORIGIN',
  imports: ['one', { name: 'two', library: 'libc.so.6', version: 'GLIBC_2.17' }],
  exports: ['PyInit_small', { name: 'three', version: 'SMALL_1' }],
  hash: 'gnu',
  buildId: '0123',
  isaLevel: 2,
  interpreter: '/lib64/ld-linux-x86-64.so.2',
};
const synthetic = buildElf(recipe);

/** What reading gives: nothing where it succeeds, the error where it fails, which must be ours. */
async function failure(bytes: Uint8Array): Promise<ElfError | undefined> {
  try {
    await inspectElf(bufferSource(bytes));
    await readSectionTable(bufferSource(bytes));
    return undefined;
  } catch (error) {
    if (error instanceof ElfError) return error;
    throw error;
  }
}

/** A copy with numbers written over it; 8 bytes little-endian each. */
function patch(bytes: Uint8Array, values: Readonly<Record<number, number>>): Uint8Array {
  const copy = Uint8Array.from(bytes);
  for (const [offset, value] of Object.entries(values)) {
    new DataView(copy.buffer).setBigUint64(Number(offset), BigInt(value), true);
  }
  return copy;
}

function patch16(bytes: Uint8Array, offset: number, value: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  new DataView(copy.buffer).setUint16(offset, value, true);
  return copy;
}

async function truncatedEverywhere(bytes: Uint8Array): Promise<void> {
  for (let length = 0; length < bytes.length; length++) {
    const error = await failure(bytes.subarray(0, length));
    expect(error?.code).toBe(length < 4 ? 'not-elf' : 'truncated');
  }
}

async function flippedAnywhere(bytes: Uint8Array, numRuns: number): Promise<void> {
  const flip = fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }));
  await fc.assert(
    fc.asyncProperty(fc.array(flip, { minLength: 1, maxLength: 8 }), async (flips) => {
      const copy = Uint8Array.from(bytes);
      for (const [at, bits] of flips) copy[at] = (copy[at] ?? 0) ^ bits;
      await failure(copy);
    }),
    { numRuns },
  );
}

describe('a synthetic file', () => {
  it('is read whole', async () => {
    expect(await failure(synthetic)).toBeUndefined();
  });

  it('cut off at any byte is a typed error', async () => {
    await truncatedEverywhere(synthetic);
  });

  it.each(['i686', 's390x', 'armv7l', 'ppc64'] as const)(
    'cut off at any byte on %s, too',
    async (machine) => {
      await truncatedEverywhere(buildElf({ ...recipe, machine }));
    },
  );

  it('with any bytes flipped is read, or is a typed error', async () => {
    await flippedAnywhere(synthetic, 2000);
  });
});

const folder = await temporaryFolder('malformed');

describeIf([{ program: 'gcc' }], 'a library that gcc made', () => {
  it('cut off at any byte is a typed error', async () => {
    const path = await compileLibrary(folder, 'small', 'int small(void) { return 1; }', ['-s', '-nostdlib']);
    await truncatedEverywhere(await readFile(path));
  });

  it('with any bytes flipped is read, or is a typed error', async () => {
    const path = await compileLibrary(
      folder,
      'flipped',
      '#include <stdio.h>\nint f(void) { return puts("f"); }',
    );
    await flippedAnywhere(await readFile(path), 2000);
  });
});

describe('an error', () => {
  it('can be told of one file among several', async () => {
    const error = await failure(synthetic.subarray(0, 100));
    const told = error?.in('libshort.so');
    expect(told).toBeInstanceOf(ElfError);
    expect(told).toMatchObject({
      code: error?.code,
      offset: error?.offset,
      structure: error?.structure,
      expected: error?.expected,
      hint: error?.hint,
      message: `libshort.so: ${error?.message ?? ''}`,
      cause: error,
    });
  });
});

describe('lies of the headers', () => {
  const e_shoff = 40;
  const e_phentsize = 54;
  const e_phnum = 56;
  const e_shentsize = 58;
  const e_shnum = 60;

  it.each([
    ['the program headers beyond the end', patch(synthetic, { 32: 2 ** 40 }), 'truncated'],
    ['65,534 program headers', patch16(synthetic, e_phnum, 65_534), 'truncated'],
    ['program headers of 1 byte', patch16(synthetic, e_phentsize, 1), 'malformed'],
    [
      'section headers at the last address',
      patch(synthetic, { [e_shoff]: Number.MAX_SAFE_INTEGER }),
      'truncated',
    ],
    ['section headers of 8 bytes', patch16(synthetic, e_shentsize, 8), 'malformed'],
    ['65,000 sections', patch16(synthetic, e_shnum, 65_000), 'truncated'],
  ])('%s', async (_, bytes, code) => {
    const error = await failure(bytes);
    expect(error?.code).toBe(code);
    expect(error?.structure).toBeDefined();
  });

  it.each([
    [4, 3, 'EI_CLASS is 3'],
    [5, 0, 'EI_DATA is 0'],
    [6, 2, 'EI_VERSION is 2'],
  ])('byte %d of e_ident is %d: %s', async (at, value, message) => {
    const copy = Uint8Array.from(synthetic);
    copy[at] = value;
    const error = await failure(copy);
    expect(error).toMatchObject({ code: 'unsupported', offset: at });
    expect(error?.message).toContain(message);
  });
});

describe('lies of the dynamic section', () => {
  /** Where the value of a dynamic entry stands in the synthetic file. */
  function valueOf(tag: number): number {
    const view = new DataView(synthetic.buffer);
    for (let at = 0; at + 16 <= synthetic.length; at += 8) {
      const next = view.getBigUint64(at, true);
      if (next === BigInt(tag) && view.getBigUint64(at + 8, true) < BigInt(synthetic.length)) return at + 8;
    }
    throw new Error(`no entry ${tag}`);
  }

  it.each([
    ['DT_STRTAB where nothing is loaded', 5, 2 ** 33, 'malformed'],
    ['DT_STRSZ of 1 TiB', 10, 2 ** 40, 'truncated'],
    ['DT_GNU_HASH into the last bytes', 0x6ffffef5, synthetic.length, 'malformed'],
    ['DT_VERNEED into the file header', 0x6ffffffe, 8, 'malformed'],
    ['DT_SYMTAB beyond 2^53', 6, 2 ** 60, 'malformed'],
  ])('%s', async (_, tag, value, code) => {
    const error = await failure(patch(synthetic, { [valueOf(tag)]: value }));
    expect(error?.code).toBe(code);
  });

  it('a DT_HASH with four billion symbols costs no memory', async () => {
    const bytes = buildElf({ exports: ['a'] });
    const { dynamicSymbolTable } = await inspectElf(bufferSource(bytes));
    expect(dynamicSymbolTable?.count).toBe(2);
    // .hash precedes .dynsym: bucket count 1, chain count 2, bucket, two chain entries, padding.
    const hash = dynamicSymbolTable!.offset - 24;
    expect(new DataView(bytes.buffer).getUint32(hash + 4, true)).toBe(2);
    new DataView(bytes.buffer).setUint32(hash + 4, 0xffffffff, true);
    expect((await failure(bytes))?.code).toBe('too-large');
  });
});
