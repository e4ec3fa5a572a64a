import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { describeIf } from '../requirement.js';
import { temporaryFolder } from '../temporary-folder.js';
import { buildElf } from './build.js';
import type { ElfMachine, ElfRecipe } from './recipe.js';

const folder = await temporaryFolder('readelf');

const full: ElfRecipe = {
  soname: 'libfull.so.1',
  needed: ['libm.so.6', 'libc.so.6'],
  runpath: '$ORIGIN/../libs:/opt/lib',
  versionNeeds: { 'libm.so.6': ['GLIBC_2.2.5'] },
  versionDefinitions: ['FULL_1'],
  imports: [
    'unversioned',
    { name: 'memcpy', library: 'libc.so.6', version: 'GLIBC_2.14' },
    { name: 'fcntl64', library: 'libc.so.6', version: 'GLIBC_2.28', weak: true },
  ],
  exports: ['PyInit_full', { name: 'data', type: 'object', version: 'FULL_2' }],
  buildId: '0123456789abcdef0123456789abcdef01234567',
  execStack: false,
  sections: { '.nv_fatbin': new Uint8Array(100).fill(7) },
};

const machines: ElfMachine[] = [
  ...(['x86_64', 'i686', 'aarch64', 'armv7l', 'arm', 'ppc64'] as const),
  ...(['ppc64le', 's390x', 'riscv64', 'loongarch64', 'mips64el'] as const),
];

describe('buildElf', () => {
  it('begins with the magic number, class and byte order', () => {
    expect([...buildElf({ machine: 's390x' }).subarray(0, 7)]).toEqual([0x7f, 0x45, 0x4c, 0x46, 2, 2, 1]);
    expect([...buildElf({ machine: 'i686' }).subarray(0, 7)]).toEqual([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  });
});

describeIf([{ program: 'readelf' }], 'readelf accepts what buildElf builds', () => {
  const recipes: [string, ElfRecipe][] = [
    ['the smallest library', {}],
    ['no section headers', { ...full, sectionHeaders: false }],
    ['a GNU hash table', { ...full, hash: 'gnu' }],
    ['an empty GNU hash table', { ...full, exports: [], versionDefinitions: [], hash: 'gnu' }],
    ['an x86-64-v3 library', { ...full, isaLevel: 3, features: 3, abiTag: [3, 2, 0] }],
    ['an i686 library with properties', { ...full, machine: 'i686', isaLevel: 2, features: 3 }],
    ['an aarch64 library with properties', { ...full, machine: 'aarch64', features: 3 }],
    ['a program', { ...full, type: 'EXEC', interpreter: '/lib64/ld-linux-x86-64.so.2' }],
    ['a static program', { type: 'EXEC', static: true, execStack: true }],
    ...machines.map((machine): [string, ElfRecipe] => [machine, { ...full, machine }]),
  ];

  it.each(recipes)('%s', async (_, recipe) => {
    const file = join(folder, 'file');
    await writeFile(file, buildElf(recipe));
    const { stdout, stderr } = await execa('readelf', ['-aW', file], { env: { LC_ALL: 'C' } });
    expect(stderr).toBe('');
    expect(stdout).not.toMatch(/warning|error|corrupt|<unknown>/i);
    if (recipe.soname !== undefined) expect(stdout).toContain('libfull.so.1');
  });

  it('says what the recipe says', async () => {
    const file = join(folder, 'file');
    await writeFile(file, buildElf(full));
    const { stdout } = await execa('readelf', ['-aW', file], { env: { LC_ALL: 'C' } });
    expect(stdout).toMatch(/\(RUNPATH\) +Library runpath: \[\$ORIGIN\/..\/libs:\/opt\/lib\]/);
    expect(stdout).toMatch(/FUNC +GLOBAL +DEFAULT +UND memcpy@GLIBC_2\.14/);
    expect(stdout).toMatch(/FUNC +WEAK +DEFAULT +UND fcntl64@GLIBC_2\.28/);
    expect(stdout).toMatch(/OBJECT +GLOBAL +DEFAULT +\d+ data@@FULL_2/);
    expect(stdout).toContain('Build ID: 0123456789abcdef0123456789abcdef01234567');
    expect(stdout).toMatch(/\.nv_fatbin +PROGBITS/);
  });
});
