import { describe, expect, it } from '@jest/globals';
import { buildElf, ByteWriter, type ElfRecipe } from '@wheelwright/testing/elf';
import fc from 'fast-check';
import { BoundedReader } from './bounded-reader.js';
import { bufferSource, ElfError, inspectElf, type ElfFile } from './index.js';
import { NamePass } from './name-pass.js';
import { readVersionNeeds } from './symbol-version.js';
import { readNumber, writeNumber, type Field } from './testing/fields.js';
import { specimen, type Specimen } from './testing/mutate.js';
import { syntheticFiles } from './testing/seeds.js';

const recipe: ElfRecipe = {
  soname: 'libhostile.so',
  needed: ['libc.so.6'],
  versionNeeds: { 'libc.so.6': ['GLIBC_2.17', 'GLIBC_2.18'], 'libm.so.6': ['GLIBC_2.2.5'] },
  versionDefinitions: ['ONE', 'TWO'],
  imports: [{ name: 'memcpy', library: 'libc.so.6', version: 'GLIBC_2.17' }],
  exports: ['shown'],
};

const p_type = { LOAD: 1, DYNAMIC: 2 };

/** Copies of a sound file in which fields are changed by name. */
class Forgery {
  readonly bytes: Uint8Array;
  readonly #specimen: Specimen;
  readonly #view: DataView;

  constructor(from: ElfRecipe = recipe) {
    this.#specimen = specimen('forgery', buildElf(from));
    this.bytes = this.#specimen.bytes;
    this.#view = new DataView(this.bytes.buffer);
  }

  fields(name: string): Field[] {
    return this.#specimen.fields.filter((field) => field.name === name);
  }

  get(name: string, index = 0): number {
    return readNumber(this.#view, this.fields(name)[index]!, true);
  }

  set(name: string, value: number, index = 0): this {
    writeNumber(this.#view, this.fields(name)[index]!, value, true);
    return this;
  }

  inspect(): Promise<ElfFile> {
    return inspectElf(bufferSource(this.bytes));
  }
}

describe('version chains', () => {
  it.each([
    ['vn_next', 'DT_VERNEED'],
    ['vd_next', 'DT_VERDEF'],
  ])('a %s that leads backwards leads beyond the file instead', async (field, structure) => {
    const forgery = new Forgery().set(field, 0xfffffff0);
    await expect(forgery.inspect()).rejects.toMatchObject({ code: 'truncated', structure });
  });

  it('entries that all lead to one long list are refused, not followed without end', async () => {
    // 1000 Elfxx_Verneed, each with 65,535 Elfxx_Vernaux, which are the same 50,000.
    const writer = new ByteWriter({ class: 64, endian: 'little' });
    for (let at = 0; at < 1000; at++)
      writer
        .u16(1)
        .u16(0xffff)
        .u32(1)
        .u32(16 * (1000 - at))
        .u32(16);
    for (let at = 0; at < 50_000; at++) writer.u32(0).u16(0).u16(2).u32(1).u32(16);
    const reader = new BoundedReader(bufferSource(writer.done()));
    const format = { class: 64, endian: 'little' } as const;
    const table = { offset: 0, count: 2 ** 32 };
    await expect(readVersionNeeds(reader, format, table, new NamePass())).rejects.toMatchObject({
      code: 'too-large',
      structure: 'DT_VERNEED',
    });
  });

  it('a count of four billion ends where the chain ends', async () => {
    const forgery = new Forgery();
    const count = forgery.fields('d_tag').findIndex((_, at) => forgery.get('d_tag', at) === 0x6fffffff);
    const file = await forgery.set('d_un', 2 ** 32, count).inspect();
    expect(Object.keys(file.versionNeeds)).toEqual(['libc.so.6', 'libm.so.6']);
  });

  it('an entry of another version is malformed', async () => {
    await expect(new Forgery().set('vn_version', 2).inspect()).rejects.toMatchObject({
      code: 'malformed',
      structure: 'DT_VERNEED',
      expected: 'version 1, the only one',
    });
  });
});

describe('program headers', () => {
  it('are counted by the first section header where e_phnum is 0xffff', async () => {
    const forgery = new Forgery();
    const count = forgery.get('e_phnum');
    forgery.set('e_phnum', 0xffff).set('sh_info', count);
    expect((await forgery.inspect()).soname).toBe('libhostile.so');
  });

  it.each([
    [0, { hasDynamic: false }],
    [2 ** 32 - 1, 'too-large'],
    [100_000, 'truncated'],
  ])('%d of them by the first section header', async (count, outcome) => {
    const reading = new Forgery().set('e_phnum', 0xffff).set('sh_info', count).inspect();
    if (typeof outcome === 'string') await expect(reading).rejects.toMatchObject({ code: outcome });
    else expect(await reading).toMatchObject(outcome);
  });

  it('that are 0xffff without any section header are as many', async () => {
    const reading = new Forgery({ ...recipe, sectionHeaders: false }).set('e_phnum', 0xffff).inspect();
    await expect(reading).rejects.toMatchObject({ code: 'truncated', structure: 'the program header table' });
  });

  it('which overlap are taken as the loader maps them: the last one wins', async () => {
    const forgery = new Forgery({ ...recipe, execStack: false });
    const type = (at: number): number => forgery.get('p_type', at);
    const load = [0, 1, 2, 3].find((at) => type(at) === p_type.LOAD)!;
    const stack = [0, 1, 2, 3].find((at) => type(at) === 0x6474e551)!;
    // A second PT_LOAD brings the first page of the file over the whole address space.
    for (const field of ['p_vaddr', 'p_offset']) forgery.set(field, 0, stack);
    forgery.set('p_type', p_type.LOAD, stack).set('p_filesz', forgery.get('p_filesz', load), stack);
    expect((await forgery.inspect()).soname).toBe('libhostile.so');
    forgery.set('p_offset', 8, stack);
    await expect(forgery.inspect()).rejects.toBeInstanceOf(ElfError);
  });
});

describe('notes', () => {
  it('of many segments that overlap are counted together', async () => {
    const wide = { class: 64, endian: 'little' } as const;
    const [count, notes, start] = [10_000, 10_000, 64 + 56 * 10_000];
    const header = Buffer.from(buildElf({ static: true })).subarray(0, 64);
    header.writeUInt16LE(count, 56);
    header.fill(0, 40, 48);
    const segment = new ByteWriter(wide)
      .u32(4)
      .u32(4)
      .word(start)
      .word(0)
      .word(0)
      .word(notes * 12)
      .word(0)
      .word(4);
    const note = new ByteWriter(wide).u32(0).u32(0).u32(3);
    const segments = Array<Uint8Array>(count).fill(segment.done());
    const bytes = Buffer.concat([header, ...segments, ...Array<Uint8Array>(notes).fill(note.done())]);
    await expect(inspectElf(bufferSource(bytes))).rejects.toMatchObject({
      code: 'too-large',
      structure: 'a note',
    });
  });
});

describe('string tables', () => {
  it('without an end are malformed', async () => {
    const forgery = new Forgery();
    const { dynamicStringTable } = await forgery.inspect();
    const { offset, size } = dynamicStringTable!;
    forgery.bytes.fill(0x41, offset, offset + size);
    await expect(forgery.inspect()).rejects.toMatchObject({
      code: 'malformed',
      structure: 'the dynamic string table',
      expected: 'a NUL',
    });
  });
});

describe('any file, with any of its fields changed', () => {
  const specimens = Array.from(syntheticFiles(), ([name, bytes]) => specimen(name, bytes));

  it('is read, or is an error that says where, what was expected and what to do', async () => {
    const change = fc.record({ field: fc.nat(), value: fc.oneof(fc.nat(255), fc.nat(), fc.maxSafeNat()) });
    const changes = fc.array(change, { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...specimens), changes, async ({ bytes: sound, fields }, list) => {
        const bytes = Uint8Array.from(sound);
        const view = new DataView(bytes.buffer);
        for (const { field, value } of list) {
          writeNumber(view, fields[field % fields.length]!, value, bytes[5] === 1);
        }
        const error: unknown = await inspectElf(bufferSource(bytes)).catch((thrown: unknown) => thrown);
        if (!(error instanceof Error)) return;
        expect(error).toBeInstanceOf(ElfError);
        expect(error).toMatchObject({
          structure: expect.any(String),
          expected: expect.any(String),
          hint: expect.any(String),
        });
      }),
      { numRuns: 2000 },
    );
  });
});
