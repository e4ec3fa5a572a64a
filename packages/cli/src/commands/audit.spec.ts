import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { buildElf, temporaryFolder } from '@wheelwright/testing';
import { writeProject } from '../testing/project.js';
import { wheelwright } from '../testing/terminal.js';

const root = await temporaryFolder('audit');
await writeProject(root, 'folder', {
  'old.so': buildElf({
    needed: ['libc.so.6'],
    imports: [{ name: 'memcpy', library: 'libc.so.6', version: 'GLIBC_2.14' }],
  }),
  'new.so': buildElf({
    needed: ['libc.so.6', 'libgomp.so.1'],
    imports: [
      { name: 'arc4random', library: 'libc.so.6', version: 'GLIBC_2.36' },
      { name: 'GOMP_parallel', library: 'libgomp.so.1', version: 'GOMP_4.0' },
    ],
  }),
  'notes.txt': 'no native code\n',
});

describe('audit', () => {
  it('gives one document for one path, with the fields of the contract', async () => {
    const { exitCode, stdout, stderr } = await wheelwright(root, ['audit', '--json', 'folder/old.so']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'wheelwright/audit@1',
      path: 'folder/old.so',
      kind: 'file',
      pure: false,
      platform: 'manylinux_2_17_x86_64',
      platformBySymbols: 'manylinux_2_17_x86_64',
      conforms: true,
      offences: [],
      files: [{ machine: 'x86_64', needed: ['libc.so.6'], versionNeeds: { 'libc.so.6': ['GLIBC_2.14'] } }],
    });
  });

  it('says no with exit code 1, names symbol, version, file and what to do', async () => {
    const { exitCode, stdout } = await wheelwright(root, [
      'audit',
      '--policy',
      'manylinux2014_x86_64',
      'folder/new.so',
    ]);
    expect(exitCode).toBe(1);
    expect(stdout).toBe(`✗ folder/new.so is linux_x86_64, not manylinux2014_x86_64
  its own files need no glibc newer than 2.36: with what is missing brought along it would be
  manylinux_2_36_x86_64

✗ manylinux2014_x86_64 does not hold:
  what                 needed by  through
  libgomp.so.1         new.so     GOMP_parallel
  brought by nobody
  GLIBC_2.36           new.so     arc4random
  from manylinux_2_36

what to do
  1. bring libgomp.so.1 in the wheel (wheelwright repair does), or link it statically →
     manylinux_2_36_x86_64
  2. compile new.so with manylinux2014_x86_64 as the target → manylinux_2_17_x86_64
`);
  });

  it('judges a folder as one, and several paths in one document', async () => {
    const { stdout } = await wheelwright(root, ['audit', '--json', 'folder', 'folder/old.so']);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'wheelwright/audit@1',
      results: [
        {
          path: 'folder',
          kind: 'folder',
          platform: 'linux_x86_64',
          platformBySymbols: 'manylinux_2_36_x86_64',
        },
        { path: 'folder/old.so', kind: 'file' },
      ],
    });
  });

  it.each([
    ['a path that does not exist', ['audit', 'nowhere.whl'], 4, 'nowhere.whl'],
    ['a file that is no ELF file', ['audit', 'folder/notes.txt'], 2, ''],
    ['a wheel that is no archive', ['audit', 'x-1-py3-none-any.whl'], 4, 'x-1-py3-none-any.whl'],
    [
      'an unknown policy',
      ['audit', '--policy', 'manylinux_9_9_x86_64', 'folder/old.so'],
      2,
      'manylinux_9_9_x86_64',
    ],
  ])('refuses %s', async (_what, args, exitCode, says) => {
    const outcome = await wheelwright(root, args);
    expect(outcome.exitCode).toBe(exitCode);
    expect(outcome.stdout).toBe('');
    expect(outcome.stderr).toMatch(/^error: /);
    expect(outcome.stderr).toContain(says);
  });

  it('tells an error as a document too', async () => {
    const { exitCode, stdout } = await wheelwright(root, ['audit', '--json', 'folder/notes.txt']);
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ schema: 'wheelwright/error@1', error: { code: 'not-elf' } });
  });

  it('takes what is excluded for promised, and says when a pattern excludes nothing', async () => {
    const args = ['audit', '--policy', 'manylinux_2_36_x86_64', '--exclude'];
    const excluding = await wheelwright(root, [
      ...args,
      'libgomp*',
      '--exclude',
      'libcuda.so',
      'folder/new.so',
    ]);
    expect(excluding).toMatchObject({
      exitCode: 0,
      stdout: '✔ folder/new.so is manylinux_2_36_x86_64, and meets manylinux_2_36_x86_64\n',
      stderr: 'warning: --exclude libcuda.so matches no library that is needed; is its version missing?\n',
    });
  });

  it('looks on this machine where folders are named, passing over what is no library of the kind', async () => {
    await writeProject(root, 'one', { 'libgomp.so.1': 'INPUT(-lgomp)\n' });
    await writeProject(root, 'two', { 'libgomp.so.1': buildElf({ machine: 'aarch64' }) });
    await writeProject(root, 'three', {
      'libgomp.so.1': buildElf({ versionNeeds: { 'libc.so.6': ['GLIBC_2.38'] }, needed: ['libhost.so'] }),
    });
    const args = ['audit', '--json', '--ldpaths', 'nowhere:one:two:three', 'folder/new.so'];
    const { stdout } = await wheelwright(root, args);
    const { external, platform, platformBySymbols } = JSON.parse(stdout) as Record<string, object>;
    expect(external).toMatchObject({
      manylinux_2_5_x86_64: { 'libgomp.so.1': join(root, 'three/libgomp.so.1'), 'libhost.so': null },
    });
    expect({ platform, platformBySymbols }).toEqual({
      platform: 'linux_x86_64',
      platformBySymbols: 'manylinux_2_38_x86_64',
    });
  });

  it('takes an unpacked wheel at its word', async () => {
    await writeProject(root, 'unpacked', {
      'mine/fast.cpython-312-x86_64-linux-gnu.so': buildElf({
        exports: ['PyInit_fast'],
        needed: ['libc.so.6'],
      }),
      'mine-1.0.dist-info/WHEEL':
        'Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: false\nTag: cp311-cp311-manylinux2014_x86_64\n',
    });
    const { exitCode, stdout } = await wheelwright(root, ['audit', '--json', 'unpacked']);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'folder',
      claimed: ['manylinux2014_x86_64'],
      suggestedTag: 'cp312-cp312-manylinux1_x86_64.manylinux_2_5_x86_64',
      offences: [{ kind: 'python', file: 'mine/fast.cpython-312-x86_64-linux-gnu.so', policy: 'cp311' }],
    });
  });
});
