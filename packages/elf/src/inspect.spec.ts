import { describe, expect, it } from '@jest/globals';
import { buildElf, type ElfMachine, type ElfRecipe } from '@wheelwright/testing';
import { ARCHITECTURES, bufferSource, inspectElf, readSectionTable, type ElfFile } from './index.js';

const inspect = (recipe: ElfRecipe): Promise<ElfFile> => inspectElf(bufferSource(buildElf(recipe)));

const extension: ElfRecipe = {
  soname: 'libshape.so.1',
  needed: ['libm.so.6', 'libc.so.6'],
  rpath: '/opt/lib:',
  runpath: '$ORIGIN/../libs:${ORIGIN}',
  versionNeeds: { 'libm.so.6': ['GLIBC_2.2.5'] },
  versionDefinitions: ['SHAPE_1'],
  imports: [
    'PyModule_Create2',
    { name: 'memcpy', library: 'libc.so.6', version: 'GLIBC_2.14' },
    { name: 'fcntl64', library: 'libc.so.6', version: 'GLIBC_2.28', weak: true },
  ],
  exports: [
    'PyInit_shape',
    'area',
    { name: 'PyInit_table', type: 'object' },
    { name: 'perimeter', version: 'SHAPE_2' },
  ],
  buildId: '00ff10',
  execStack: false,
};

const said = {
  type: 'DYN',
  osabi: 'sysv',
  interpreter: undefined,
  hasDynamic: true,
  soname: 'libshape.so.1',
  needed: ['libm.so.6', 'libc.so.6'],
  rpath: ['/opt/lib', ''],
  runpath: ['$ORIGIN/../libs', '${ORIGIN}'],
  versionNeeds: { 'libm.so.6': ['GLIBC_2.2.5'], 'libc.so.6': ['GLIBC_2.14', 'GLIBC_2.28'] },
  versionDefinitions: ['SHAPE_1', 'SHAPE_2'],
  imports: [
    { name: 'PyModule_Create2', weak: false },
    { name: 'memcpy', weak: false, library: 'libc.so.6', version: 'GLIBC_2.14' },
    { name: 'fcntl64', weak: true, library: 'libc.so.6', version: 'GLIBC_2.28' },
  ],
  exports: 4,
  pythonInit: ['shape'],
  buildId: '00ff10',
  isa: undefined,
  execStack: false,
};

describe('inspectElf', () => {
  it.each(ARCHITECTURES)('says the same of a file for %s', async (machine) => {
    expect(await inspect({ ...extension, machine })).toMatchObject({
      ...said,
      machine,
      architecture: machine,
    });
  });

  it.each(['x86_64', 'i686', 's390x'] as const)('does without section headers on %s', async (machine) => {
    const bytes = buildElf({ ...extension, machine, sectionHeaders: false });
    expect(await inspectElf(bufferSource(bytes))).toMatchObject(said);
    expect(await readSectionTable(bufferSource(bytes))).toEqual({ sections: [], stripped: true });
  });

  it.each(['x86_64', 'armv7l', 's390x'] as const)(
    'counts the symbols of a GNU hash table on %s',
    async (machine) => {
      expect(await inspect({ ...extension, machine, hash: 'gnu' })).toMatchObject(said);
    },
  );

  it('counts the symbols of an s390x file that LLVM linked, with 32-bit words in DT_HASH', async () => {
    expect(await inspect({ ...extension, machine: 's390x', hash: 'sysv-lld' })).toMatchObject(said);
  });

  it('finds the imports of a library whose GNU hash table is empty', async () => {
    const { exports, imports } = await inspect({ imports: ['one', 'two'], hash: 'gnu' });
    expect(exports).toBe(0);
    expect(imports.map(({ name }) => name)).toEqual(['one', 'two']);
  });

  it('reads a program', async () => {
    const interpreter = '/lib/ld-linux-aarch64.so.1';
    const program = await inspect({ machine: 'aarch64', type: 'EXEC', interpreter, needed: ['libc.so.6'] });
    expect(program).toMatchObject({ type: 'EXEC', interpreter, needed: ['libc.so.6'], soname: undefined });
  });

  it('reads a static program, which has no dynamic section', async () => {
    const program = await inspect({ type: 'EXEC', static: true, execStack: true });
    expect(program).toMatchObject({
      hasDynamic: false,
      needed: [],
      imports: [],
      exports: 0,
      execStack: true,
    });
    expect(program.dynamicStringTable).toBeUndefined();
  });

  it('takes the absence of PT_GNU_STACK for no request', async () => {
    expect((await inspect({})).execStack).toBe(false);
  });

  it.each([
    [1, 'x86-64'],
    [2, 'x86-64-v2'],
    [3, 'x86-64-v3'],
    [4, 'x86-64-v4'],
  ] as const)('names ISA level %d %s', async (isaLevel, isa) => {
    const file = await inspect({ isaLevel, buildId: 'abcd' });
    expect(file).toMatchObject({ isa, buildId: 'abcd' });
  });

  it.each([
    ['x86_64', 3, ['IBT', 'SHSTK']],
    ['i686', 2, ['SHSTK']],
    ['aarch64', 7, ['BTI', 'PAC', 'GCS']],
    ['riscv64', 2, ['CFI_SS']],
    ['s390x', 3, []],
  ] as const)('names the features of a file for %s with bits %d: %j', async (machine, features, names) => {
    expect((await inspect({ machine, features })).features).toEqual(names);
  });

  it('reads several properties of 32-bit files, which are padded less', async () => {
    const file = await inspect({ machine: 'i686', features: 1, isaLevel: 2 });
    expect(file).toMatchObject({ features: ['IBT'], isa: 'x86-64-v2' });
  });

  it('ends with one that leads beyond its segment, as patched files have', async () => {
    const bytes = Buffer.from(buildElf({ buildId: 'abcd', needed: ['libc.so.6'] }));
    bytes.writeUInt32LE(0x13000, bytes.indexOf('GNU\0') - 8);
    const file = await inspectElf(bufferSource(bytes));
    expect(file).toMatchObject({ buildId: undefined, needed: ['libc.so.6'] });
  });

  it('says which kernel a file wants', async () => {
    const file = await inspect({ machine: 's390x', abiTag: [3, 2, 0], buildId: 'ab' });
    expect(file).toMatchObject({ abiTag: { os: 'Linux', version: '3.2.0' }, buildId: 'ab' });
  });

  it('reads properties that only PT_GNU_PROPERTY describes', async () => {
    const bytes = buildElf({ features: 3 });
    const view = new DataView(bytes.buffer);
    const note = Array.from({ length: view.getUint16(56, true) }, (_, at) => 64 + 56 * at).find(
      (at) => view.getUint32(at, true) === 4,
    );
    view.setUint32(note!, 0x6474e553, true);
    expect((await inspectElf(bufferSource(bytes))).features).toEqual(['IBT', 'SHSTK']);
  });

  it('lists sections where they lie', async () => {
    const fatbin = new Uint8Array([1, 2, 3, 4, 5]);
    const bytes = buildElf({ sections: { '.nv_fatbin': fatbin } });
    const { sections, stripped } = await readSectionTable(bufferSource(bytes));
    expect(stripped).toBe(true);
    const section = sections.find(({ name }) => name === '.nv_fatbin');
    expect(section).toMatchObject({ type: 1, size: 5 });
    expect(bytes.subarray(section!.offset, section!.offset + 5)).toEqual(fatbin);
    expect(sections[0]).toEqual({ name: '', type: 0, offset: 0, size: 0 });
  });

  it('keeps a library that is called __proto__ an ordinary name', async () => {
    const { versionNeeds } = await inspect({
      versionNeeds: JSON.parse('{"__proto__": ["V_1"]}') as ElfRecipe['versionNeeds'] & object,
    });
    expect(Object.entries(versionNeeds)).toEqual([['__proto__', ['V_1']]]);
  });
});

describe('pythonInit', () => {
  it.each([
    [['PyInit_a', 'PyInit_b'], [], ['a', 'b']],
    [['_cffi_pypyinit__speed'], [], ['_speed']],
    [['PyModExport_fast'], [], ['fast']],
    [['initold'], ['Py_InitModule4_64'], ['old']],
    [['initialize'], ['malloc'], []],
    [['PyInit_', 'init'], ['Py_Initialize'], []],
  ])('%j with imports %j: %j', async (exports, imports, modules) => {
    expect((await inspect({ exports, imports })).pythonInit).toEqual(modules);
  });
});

describe('pythonInit of a library with more than 8 MiB of names', () => {
  const exports = ['PyInit_huge', ...Array.from({ length: 3000 }, (_, at) => `_Z${'n'.repeat(3000)}${at}`)];

  it.each([
    ['_PyObject_New', ['huge']],
    ['malloc', []],
  ])('that needs %s: %j', async (name, modules) => {
    expect(await inspect({ exports, imports: [name] })).toMatchObject({ pythonInit: modules, exports: 3001 });
  });
});

describe('machines without a platform tag', () => {
  it('tells soft-float ARM from armv7l by its flags', async () => {
    expect(await inspect({ machine: 'arm' })).toMatchObject({ machine: 'arm', architecture: undefined });
    expect(await inspect({ machine: 'armv7l' })).toMatchObject({
      machine: 'armv7l',
      machineCode: 40,
      flags: 0x05000400,
    });
  });

  const patched = (machine: ElfMachine, code: number): Uint8Array => {
    const bytes = buildElf({ machine });
    const view = new DataView(bytes.buffer);
    view.setUint16(18, code, bytes[5] === 1);
    return bytes;
  };

  it.each([
    ['x86_64', 8, 'mips'],
    ['ppc64', 8, 'mips'],
    ['i686', 62, 'x32'],
    ['i686', 243, 'riscv32'],
    ['s390x', 183, 'aarch64_be'],
    ['i686', 20, 'ppc'],
    ['x86_64', 247, 'bpf'],
    ['x86_64', 0x1234, 'unknown (0x1234)'],
  ] as const)('a file laid out as %s with e_machine %d is %s', async (layout, code, machine) => {
    const file = await inspectElf(bufferSource(patched(layout, code)));
    expect(file).toMatchObject({ machine, machineCode: code, architecture: undefined });
  });

  it('names unknown types and ABIs by their number', async () => {
    const bytes = buildElf();
    bytes[7] = 200;
    bytes[16] = 0x77;
    expect(await inspectElf(bufferSource(bytes))).toMatchObject({
      osabi: 'unknown (0xc8)',
      type: 'unknown (0x77)',
    });
  });
});
