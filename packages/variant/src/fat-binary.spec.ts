import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readGpuCode } from './fat-binary.js';

interface Code {
  readonly kind: number;
  readonly architecture: number;
  readonly size?: number;
  /** Of PTX: its ISA. */
  readonly version?: readonly [major: number, minor: number];
  /** The first bytes of the code. */
  readonly code?: Uint8Array;
}

/** The file header of a cubin of this release. */
function cubin(release: number): Buffer {
  const header = Buffer.alloc(24);
  header.write('\x7fELF\x02\x01\x01\x33\x07', 'latin1');
  header.writeUInt16LE(2, 16);
  header.writeUInt16LE(190, 18);
  header.writeUInt32LE(release, 20);
  return header;
}

/** A region as compilers write it: entries have headers of 64 bytes. */
function region(...codes: Code[]): Buffer {
  const entries = codes.map(({ kind, architecture, size = 24, version = [0, 0], code = Buffer.alloc(0) }) => {
    const entry = Buffer.alloc(64 + size, 0xcc);
    entry.writeUInt16LE(kind, 0);
    entry.writeUInt32LE(64, 4);
    entry.writeBigUInt64LE(BigInt(size), 8);
    entry.writeUInt16LE(version[1], 24);
    entry.writeUInt16LE(version[0], 26);
    entry.writeUInt32LE(architecture, 28);
    entry.writeBigUInt64LE(0n, 40);
    entry.set(code, 64);
    return entry;
  });
  const payload = Buffer.concat(entries);
  const header = Buffer.alloc(16);
  header.writeUInt32LE(0xba55ed50, 0);
  header.writeUInt16LE(1, 4);
  header.writeUInt16LE(16, 6);
  header.writeBigUInt64LE(BigInt(payload.length), 8);
  return Buffer.concat([header, payload]);
}

async function read(bytes: Buffer) {
  let reads = 0;
  const source = {
    size: bytes.length,
    read: (offset: number, length: number) => {
      if (offset < 0 || length > 192 || offset + length > bytes.length) throw new RangeError('out of bounds');
      reads += 1;
      return Promise.resolve(bytes.subarray(offset, offset + length));
    },
  };
  return { ...(await readGpuCode(source, { offset: 0, size: bytes.length })), reads };
}

describe('readGpuCode', () => {
  it('finds machine code and PTX of all regions, in order and once', async () => {
    const bytes = Buffer.concat([
      region({ kind: 2, architecture: 70 }, { kind: 2, architecture: 50 }, { kind: 1, architecture: 70 }),
      Buffer.alloc(40),
      region({ kind: 2, architecture: 100, size: 0 }, { kind: 2, architecture: 70, size: 8000 }),
    ]);
    const { architectures, problem, reads } = await read(bytes);
    expect(architectures).toEqual(['sm_50', 'sm_70', 'sm_100', 'compute_70']);
    expect(problem).toBeUndefined();
    expect(reads).toBe(12);
  });

  it('tells who compiled it: machine code by its header, PTX by its ISA', async () => {
    const { compiledBy } = await read(
      Buffer.concat([
        region(
          { kind: 2, architecture: 70, code: cubin(124) },
          { kind: 2, architecture: 80, code: cubin(124) },
          { kind: 2, architecture: 60, code: cubin(118) },
        ),
        region({ kind: 1, architecture: 90, version: [8, 7] }),
      ]),
    );
    expect(compiledBy).toEqual([
      { major: 11, minor: 8 },
      { major: 12, minor: 4 },
      { major: 12, minor: 8 },
    ]);
  });

  it('takes no header of the next code for that of one that ends early', async () => {
    const short = { kind: 2, architecture: 70, size: 8, code: cubin(124).subarray(0, 8) };
    const { compiledBy, problem } = await read(
      region(short, { kind: 2, architecture: 70, code: cubin(118) }),
    );
    expect({ compiledBy, problem }).toEqual({ compiledBy: [{ major: 11, minor: 8 }], problem: undefined });
  });

  it('passes over kinds that it does not know', async () => {
    const found = await read(region({ kind: 8, architecture: 90 }, { kind: 2, architecture: 90 }));
    expect(found).toMatchObject({ architectures: ['sm_90'], problem: undefined });
  });

  it('aligns a region that ends anywhere', async () => {
    const first = region({ kind: 2, architecture: 60, size: 3 });
    const bytes = Buffer.concat([first, Buffer.alloc(5), region({ kind: 2, architecture: 61 })]);
    expect(await read(bytes)).toMatchObject({ architectures: ['sm_60', 'sm_61'], problem: undefined });
  });

  it('is content with an empty section', async () => {
    expect(await read(Buffer.alloc(0))).toMatchObject({ architectures: [], problem: undefined });
  });

  it.each<[string, (bytes: Buffer) => Buffer, string]>([
    ['another magic', (bytes) => (bytes.writeUInt32LE(1, 0), bytes), 'no fat binary at offset 0'],
    ['a header within itself', (bytes) => (bytes.writeUInt16LE(8, 6), bytes), 'impossible size at offset 0'],
    ['a region behind the section', (bytes) => (bytes.writeBigUInt64LE(1n << 40n, 8), bytes), 'at offset 0'],
    [
      'a region as large as can be',
      (bytes) => (bytes.writeBigUInt64LE((1n << 64n) - 1n, 8), bytes),
      'at offset 0',
    ],
    ['code behind its region', (bytes) => (bytes.writeBigUInt64LE(1n << 62n, 24), bytes), 'at offset 16'],
    ['an entry without a header', (bytes) => (bytes.writeUInt32LE(0, 20), bytes), 'at offset 16'],
    ['a cut end', (bytes) => bytes.subarray(0, 50), 'impossible size at offset 0'],
    ['zeros without end', () => Buffer.alloc(8192), 'no fat binary at offset'],
  ])('stops at %s, and says where', async (_, damage, problem) => {
    const found = await read(damage(region({ kind: 2, architecture: 70 })));
    expect(found).toMatchObject({ architectures: [], problem: expect.stringContaining(problem) });
  });

  it('keeps what it found before the damage', async () => {
    const bytes = Buffer.concat([region({ kind: 2, architecture: 70 }), Buffer.from('no fat binary at all')]);
    expect(await read(bytes)).toMatchObject({
      architectures: ['sm_70'],
      problem: 'no fat binary at offset 104',
    });
  });

  it('refuses a section that the file does not hold', async () => {
    const source = { size: 10, read: () => Promise.reject(new Error('unread')) };
    expect(await readGpuCode(source, { offset: 4, size: 100 })).toMatchObject({
      problem: 'the section ends behind the file',
    });
  });

  it('stays within bounds whatever the bytes are', async () => {
    const base = region({ kind: 2, architecture: 70 }, { kind: 1, architecture: 75 });
    const mutation = fc.record({ at: fc.nat(base.length - 1), to: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { maxLength: 8 }), fc.nat(base.length), async (mutations, cut) => {
        const bytes = Buffer.from(base);
        for (const { at, to } of mutations) bytes[at] = to;
        const { architectures } = await read(bytes.subarray(0, cut));
        expect(architectures.length).toBeLessThanOrEqual(2);
      }),
    );
  });
});
