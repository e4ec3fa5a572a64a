import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { buildElf } from '@wheelwright/testing';
import { bufferSource, inspectElf, type ByteSource, type ElfFile, type FileRange } from './index.js';

const MiB = 1 << 20;
const SIZE = 740 * MiB;
const DYNAMIC = 700 * MiB;
const EXPORTS = 20_000;

const recipe = {
  soname: 'libmxnet.so',
  needed: ['libcudart.so.10.2', 'libc.so.6'],
  imports: Array.from({ length: 4000 }, (_, index) => ({
    name: `cuda_import_${index}`,
    ...(index % 2 === 0 ? { library: 'libc.so.6', version: `GLIBC_2.${index % 16}` } : {}),
  })),
  exports: Array.from({ length: EXPORTS }, (_, index) => ({
    name: `_ZN5mxnet2op${'Operator'.repeat(12)}E${index}`,
    version: 'MXNET_1',
  })),
  buildId: '0123',
};

/** The fields of a 64-bit program header that are changed here. */
const P_TYPE = { LOAD: 1, DYNAMIC: 2 };
const P_OFFSET = 8;
const P_VADDR = 16;
const P_FILESZ = 32;

/**
 * A library of 740 MiB which linkers lay out like this: tables in front, then code, then the dynamic section. The code
 * is zeros that exist nowhere.
 */
function largeLibrary(hash: 'sysv' | 'gnu'): ByteSource {
  const head = Buffer.from(buildElf({ ...recipe, hash, sectionHeaders: false }));
  let dynamic = Buffer.alloc(0);
  for (let at = 64; at < 64 + 56 * head.readUInt16LE(56); at += 56) {
    const type = head.readUInt32LE(at);
    if (type === P_TYPE.LOAD) head.writeBigUInt64LE(BigInt(SIZE), at + P_FILESZ);
    if (type !== P_TYPE.DYNAMIC) continue;
    const offset = Number(head.readBigUInt64LE(at + P_OFFSET));
    dynamic = head.subarray(offset, offset + Number(head.readBigUInt64LE(at + P_FILESZ)));
    for (const field of [P_OFFSET, P_VADDR]) head.writeBigUInt64LE(BigInt(DYNAMIC), at + field);
  }
  return {
    size: SIZE,
    read: (offset, length) => {
      const bytes = Buffer.alloc(length);
      head.copy(bytes, 0, Math.min(offset, head.length), offset + length);
      dynamic.copy(
        bytes,
        Math.max(DYNAMIC - offset, 0),
        Math.min(Math.max(offset - DYNAMIC, 0), dynamic.length),
      );
      return Promise.resolve(bytes);
    },
  };
}

/** A source that remembers what was read of it, in order. */
function recorded(source: ByteSource): { source: ByteSource; reads: FileRange[] } {
  const reads: FileRange[] = [];
  return {
    reads,
    source: {
      size: source.size,
      read: (offset, size) => {
        reads.push({ offset, size });
        return source.read(offset, size);
      },
    },
  };
}

function bytesRead(reads: readonly FileRange[]): number {
  return reads.reduce((sum, { size }) => sum + size, 0);
}

function readTwice(reads: readonly FileRange[]): FileRange[] {
  const sorted = [...reads].sort((one, other) => one.offset - other.offset);
  return sorted.filter(({ offset }, at) => {
    const before = sorted[at - 1];
    return before !== undefined && before.offset + before.size > offset;
  });
}

function stepsBack(reads: readonly FileRange[]): number {
  return reads.filter(({ offset }, at) => offset < (reads[at - 1]?.offset ?? 0)).length;
}

describe.each(['sysv', 'gnu'] as const)('a library of 740 MiB (%s hash)', (hash) => {
  let library: ByteSource;
  let file: ElfFile;
  let reads: FileRange[];

  beforeAll(async () => {
    library = largeLibrary(hash);
    const recording = recorded(library);
    file = await inspectElf(recording.source);
    ({ reads } = recording);
  });

  it('says what it says', () => {
    expect(file).toMatchObject({ soname: recipe.soname, needed: recipe.needed, exports: EXPORTS });
    expect(file.imports.length).toBe(4000);
    expect(file.imports[2]).toEqual({
      name: 'cuda_import_2',
      weak: false,
      library: 'libc.so.6',
      version: 'GLIBC_2.2',
    });
  });

  it('is read in few reads, of which none brings a byte again', () => {
    expect(readTwice(reads)).toEqual([]);
    expect(reads.length).toBeLessThan(16);
    expect(bytesRead(reads)).toBeLessThan(8 * MiB);
  });

  it('is read forwards: the head, the dynamic section, and the tables that this one names', () => {
    const [first, second, ...tables] = reads;
    expect(first).toEqual({ offset: 0, size: 64 << 10 });
    expect(second).toEqual({ offset: DYNAMIC, size: 64 << 10 });
    expect(stepsBack(tables)).toBeLessThanOrEqual(1);
    expect(Math.max(...tables.map(({ offset, size }) => offset + size))).toBeLessThan(10 * MiB);
  });

  it('takes little memory', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    // What the tests before have left is freed by two collections, the second of which follows finalizers.
    collect();
    await setImmediate();
    const used = (): number => {
      collect();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    const before = used();
    let most = 0;
    await inspectElf({
      size: library.size,
      read: (offset, length) => {
        most = Math.max(most, used() - before);
        return library.read(offset, length);
      },
    });
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(20 * MiB);
  });
});

describe('a small library', () => {
  it('is read with one read, without its end, where the section headers are', async () => {
    const bytes = buildElf({
      ...recipe,
      imports: ['one'],
      exports: ['two'],
      sections: { '.debug': new Uint8Array(1 << 20) },
    });
    const { source, reads } = recorded(bufferSource(bytes));
    await inspectElf(source);
    expect(reads).toEqual([{ offset: 0, size: 64 << 10 }]);
  });

  it('is read with two where its tables take more', async () => {
    const exports = Array.from({ length: 5000 }, (_, index) => `function_${index}`);
    const { source, reads } = recorded(
      bufferSource(buildElf({ exports, sections: { '.debug': new Uint8Array(1 << 20) } })),
    );
    expect((await inspectElf(source)).exports).toBe(5000);
    expect(reads.length).toBeLessThanOrEqual(3);
    expect(readTwice(reads)).toEqual([]);
  });
});
