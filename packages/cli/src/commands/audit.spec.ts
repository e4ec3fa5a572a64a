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
    imports: [{ name: 'arc4random', library: 'libc.so.6', version: 'GLIBC_2.36' }],
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
    expect(stdout).toContain('GLIBC_2.36 of libc.so.6 is too new');
    expect(stdout).toContain('arc4random');
    expect(stdout).toContain('from manylinux_2_36_x86_64 on');
    expect(stdout).toContain('libgomp.so.1 is needed and brought by nobody');
    expect(stdout).toContain('compile for manylinux2014_x86_64');
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
});
