import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { buildElf, repositoryRoot, temporaryFolder } from '@wheelwright/testing';
import { writeProject } from '../testing/project.js';
import { wheelwright } from '../testing/terminal.js';

const root = await temporaryFolder('inspect');
await writeProject(root, '.', {
  'libdemo.so': buildElf({
    machine: 'aarch64',
    soname: 'libdemo.so.1',
    needed: ['libc.so.6', 'libz.so.1'],
    runpath: '$ORIGIN/../lib:/opt/lib',
    imports: [{ name: 'memcpy', library: 'libc.so.6', version: 'GLIBC_2.17' }],
    exports: ['PyInit_libdemo', 'demo'],
    buildId: 'c0ffee00',
    execStack: true,
  }),
  program: buildElf({ needed: ['libone.so', 'libnowhere.so'], rpath: '$ORIGIN/lib' }),
  'lib/libone.so': buildElf({ needed: ['libnowhere.so'] }),
});

describe('inspect', () => {
  it('prints every field of the contract', async () => {
    const { exitCode, stdout } = await wheelwright(root, ['inspect', '--json', 'libdemo.so']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      schema: 'wheelwright/inspect@1',
      path: 'libdemo.so',
      class: 64,
      endian: 'little',
      machine: 'aarch64',
      type: 'DYN',
      osabi: expect.any(String),
      interpreter: null,
      soname: 'libdemo.so.1',
      needed: ['libc.so.6', 'libz.so.1'],
      rpath: [],
      runpath: ['$ORIGIN/../lib', '/opt/lib'],
      versionNeeds: { 'libc.so.6': ['GLIBC_2.17'] },
      versionDefinitions: [],
      imports: 1,
      exports: 2,
      pythonInit: ['libdemo'],
      isa: null,
      stripped: true,
      buildId: 'c0ffee00',
      execStack: true,
    });
  });

  it('prints exactly the fields that docs/inspect.md explains', async () => {
    const text = await readFile(join(repositoryRoot, 'docs/inspect.md'), 'utf8');
    const columns = Array.from(text.matchAll(/^\| (`[^|]*`) +\|/gm), ([, column]) => column ?? '');
    const documented = columns.flatMap((column) => column.replaceAll('`', '').split(', '));
    const { stdout } = await wheelwright(root, ['inspect', '--json', 'libdemo.so']);
    expect(Object.keys(JSON.parse(stdout) as object)).toEqual(documented);
  });

  it('says which of several files is broken, and where', async () => {
    await writeFile(join(root, 'cut.so'), buildElf({ soname: 'libcut.so' }).subarray(0, 200));
    const { exitCode, stderr } = await wheelwright(root, ['inspect', 'libdemo.so', 'cut.so']);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(
      /cut\.so: the dynamic section takes \d+ bytes at offset \d+, but the file ends at 200/,
    );
  });

  it('prints them for people', async () => {
    const { stdout } = await wheelwright(root, ['inspect', 'libdemo.so']);
    expect(stdout).toContain('soname         libdemo.so.1');
    expect(stdout).toContain('version needs  libc.so.6: GLIBC_2.17');
    expect(stdout).toContain('asks for an executable stack');
  });

  it('finds what this machine would load, each with what led there, and says what is missing', async () => {
    const args = ['inspect', '--tree', 'program'];
    const { exitCode, stdout } = await wheelwright(root, args);
    expect({ exitCode, lines: stdout.trimEnd().split('\n').slice(-4) }).toEqual({
      exitCode: 0,
      lines: [
        '  loads',
        `    libone.so => ${join(root, 'lib/libone.so')} (rpath)`,
        '      libnowhere.so => not found',
        '    libnowhere.so',
      ],
    });
    const { tree } = JSON.parse((await wheelwright(root, [...args, '--json'])).stdout) as { tree: object };
    expect(tree).toEqual({
      interpreter: null,
      needed: ['libone.so', 'libnowhere.so'],
      libraries: [
        {
          name: 'libone.so',
          path: join(root, 'lib/libone.so'),
          foundBy: 'rpath',
          needed: ['libnowhere.so'],
        },
        { name: 'libnowhere.so', path: null, foundBy: null, needed: [] },
      ],
    });
  });
});
