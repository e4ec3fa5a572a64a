import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from '@jest/globals';
import { describeIf, temporaryFolder } from '@wheelwright/testing';
import { execa } from 'execa';
import { compile } from '../compile.js';
import type { CompileRequest } from '../request.js';
import { localRunner } from '../runner/local.js';

/**
 * One small library, built by each build system with zig for an old glibc and two machines. The cache is this
 * machine's own, as zig's: where it's cold, zig is installed and compiles its glibc, 10 s for each machine.
 */
const COLD = 240_000;
const root = await temporaryFolder('build-systems');
const CACHE = process.env['WHEELWRIGHT_CACHE'] ?? join(homedir(), '.cache/wheelwright');

const SOURCES = {
  'src/answer.c': `#include "answer.h"
#include <string.h>
int answer(const char *text) { return ANSWER + (int)strlen(text); }
`,
  'src/answer.h': '#define ANSWER 40\nint answer(const char *text);\n',
};

const MESON_BUILD = `project('answer', 'c', default_options: ['warning_level=2'])
if meson.get_compiler('c').has_function('strlen')
  add_project_arguments('-DHAS_STRLEN', language: 'c')
endif
static_library('part', 'src/answer.c', pic: true)
shared_library('answer', 'src/answer.c', install: true)
`;

const MAKEFILE = `CC = cc-that-is-not-there
CFLAGS += -O2 -fPIC
all: libanswer.so
libanswer.so: answer.o
	$(CC) -shared -o $@ answer.o
answer.o: src/answer.c src/answer.h
	$(CC) $(CFLAGS) -c -o $@ src/answer.c
`;

const CMAKE_LISTS = `cmake_minimum_required(VERSION 3.16)
project(answer C)
add_library(answer SHARED src/answer.c)
`;

const CONFIGURE_AC = `AC_INIT([answer], [1.0])
AC_CONFIG_SRCDIR([src/answer.c])
AC_PROG_CC
AC_CHECK_TOOL([AR], [ar])
AC_CHECK_FUNCS([strlen])
AC_CHECK_SIZEOF([long])
AC_CONFIG_FILES([Makefile])
AC_OUTPUT
`;

const MAKEFILE_IN = `all: libanswer.so
libanswer.so: answer.o
	@CC@ -shared -o $@ answer.o
answer.o: src/answer.c
	@CC@ @CFLAGS@ @DEFS@ -fPIC -c -o $@ src/answer.c
`;

const MACHINES = [
  { target: 'manylinux2014_x86_64', machine: 'Advanced Micro Devices X86-64' },
  { target: 'manylinux2014_aarch64', machine: 'AArch64' },
] as const;

async function project(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = join(root, name);
  for (const [path, text] of Object.entries({ ...SOURCES, ...files })) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

/** Compiles a project and returns the library's path. */
async function build(
  path: string,
  target: string,
  how: CompileRequest['build'],
  more: Partial<CompileRequest> = {},
): Promise<string> {
  const destination = join(root, 'out', `${Math.random()}`);
  const outputs = [{ from: '**/libanswer.so', to: 'lib', origin: 'libraries[0]' }];
  const from = !('system' in how) || how.system === 'make' ? '' : 'build';
  const request: CompileRequest = {
    source: { path, origin: 'source.path' },
    toolchain: 'zig',
    target,
    build: how,
    outputs: outputs.map((output) => ({ ...output, base: from === '' ? '.' : from })),
    ...more,
  };
  const result = await compile(request, { runner: localRunner, cache: CACHE, destination });
  if (result.status === 'failed') throw new Error(await readFile(result.log, 'utf8'));
  if (result.status !== 'compiled') throw new Error(result.status);
  return result.outputs[0]?.path ?? '';
}

/** What readelf says: the machine, and the newest glibc that is asked for. */
async function look(library: string): Promise<{ machine: string; newest: number }> {
  const { stdout } = await execa('readelf', ['--file-header', '--version-info', '--wide', library]);
  const versions = [...stdout.matchAll(/GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor));
  return { machine: /Machine: +(.+)/.exec(stdout)?.[1] ?? '', newest: Math.max(0, ...versions) };
}

async function expectFor(library: string, machine: string): Promise<void> {
  const seen = await look(library);
  expect(seen.machine).toBe(machine);
  expect(seen.newest).toBeLessThanOrEqual(17);
  if (machine === 'AArch64') return;
  const script = 'import ctypes, sys; print(ctypes.CDLL(sys.argv[1]).answer(b"ab"))';
  expect((await execa('python3', ['-c', script, library])).stdout).toBe('42');
}

const isX86 = { met: process.arch === 'x64', reason: 'the first of the two machines is x86_64' };
const NEEDED = [{ program: 'readelf' }, { program: 'python3' }, isX86] as const;
const systems: readonly [
  name: string,
  programs: string[],
  files: Record<string, string>,
  CompileRequest['build'],
][] = [
  ['cmake', ['cmake'], { 'CMakeLists.txt': CMAKE_LISTS }, { system: 'cmake' }],
  ['meson', [], { 'meson.build': MESON_BUILD }, { system: 'meson' }],
  ['make', ['make'], { Makefile: MAKEFILE }, { system: 'make', options: ['libanswer.so'] }],
];

for (const [name, programs, files, how] of systems) {
  describeIf([...NEEDED, ...programs.map((program) => ({ program }))], `zig by ${name}`, () => {
    it.each(MACHINES)(
      'compiles for $target',
      async ({ target, machine }) => {
        await expectFor(await build(await project(name, files), target, how), machine);
      },
      COLD,
    );
  });
}

describeIf(
  [...NEEDED, { program: 'autoconf' }, { program: 'make' }],
  'zig by ./configure of autoconf',
  () => {
    it.each(MACHINES)(
      'compiles for $target',
      async ({ target, machine }) => {
        const folder = await project('autoconf', {
          'configure.ac': CONFIGURE_AC,
          'Makefile.in': MAKEFILE_IN,
        });
        if (!existsSync(join(folder, 'configure'))) await execa('autoconf', { cwd: folder });
        const commands = [
          ['sh', './configure', '--host={triplet}'],
          ['make', '-j{jobs}'],
        ];
        await expectFor(await build(folder, target, { commands }), machine);
      },
      COLD,
    );
  },
);
