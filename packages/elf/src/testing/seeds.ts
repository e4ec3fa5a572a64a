import { buildElf, type ElfMachine, type ElfRecipe } from '@wheelwright/testing/elf';

const MACHINES: readonly ElfMachine[] = [
  ...(['x86_64', 'i686', 'aarch64', 'armv7l', 'ppc64', 'ppc64le'] as const),
  ...(['s390x', 'riscv64', 'loongarch64', 'mips64el'] as const),
];

const library: ElfRecipe = {
  soname: 'libseed.so.1',
  needed: ['libm.so.6', 'libc.so.6'],
  rpath: '/opt/lib',
  runpath: '$ORIGIN/../seed.libs:$ORIGIN',
  versionNeeds: { 'libm.so.6': ['GLIBC_2.2.5', 'GLIBC_2.27'] },
  imports: [
    'PyModule_Create2',
    { name: 'memcpy', library: 'libc.so.6', version: 'GLIBC_2.14' },
    { name: 'fcntl64', library: 'libc.so.6', version: 'GLIBC_2.28', weak: true },
  ],
  exports: [
    'PyInit_seed',
    'initseed',
    { name: 'one', version: 'SEED_1' },
    { name: 'two', version: 'SEED_2' },
  ],
  buildId: '0123456789abcdef',
  abiTag: [3, 2, 0],
  isaLevel: 2,
  features: 3,
  execStack: false,
};

/** Files of every machine, with all tables that are read, small enough that most of their bytes are numbers. */
export function* syntheticFiles(): Generator<[string, Uint8Array]> {
  for (const machine of MACHINES) {
    for (const hash of ['sysv', 'gnu'] as const) {
      yield [`${machine} library, ${hash} hash`, buildElf({ ...library, machine, hash })];
    }
    const interpreter = '/lib/ld.so.1';
    const recipe: ElfRecipe = { ...library, machine, type: 'EXEC', interpreter, exports: [], hash: 'gnu' };
    yield [`${machine} program without section headers`, buildElf({ ...recipe, sectionHeaders: false })];
  }
}
