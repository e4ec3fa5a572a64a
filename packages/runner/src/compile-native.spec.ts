import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { beforeEach, expect, it } from '@jest/globals';
import { describeIf, temporaryFolder } from '@wheelwright/testing';
import { execa } from 'execa';
import { compile } from './compile.js';
import { localRunner } from './runner/local.js';
import type { CompileRequest, CompileResult, StaticDependency } from './request.js';

/** Builds with this host's own compiler, of a library that links a static dependency and carries an overlay. */
const root = await temporaryFolder('compile-native');
let count = 0;
let folder: string;

beforeEach(async () => {
  folder = join(root, String(count++));
  await write('project/src/answer.c', '#include <dep.h>\nint answer(void) { return dep() + 1; }\n');
  await write('project/src/where.c', 'const char *where(void) { return __FILE__; }\n');
  await write('project/src/old.c', 'int answer(void) { return 0; }\n');
  await write('operators/answer.c', '#include <dep.h>\nint answer(void) { return dep() * 2; }\n');
  await write('dep-1.0/dep.c', '#include "dep.h"\nint dep(void) { return 21; }\n');
  await write('dep-1.0/dep.h', 'int dep(void);\n');
  await write('dep-1.0/COPYING', 'Do as you like.\n');
  await write('dep-1.0/CMakeLists.txt', DEPENDENCY);
  await write('project/CMakeLists.txt', PROJECT);
});

const DEPENDENCY = `cmake_minimum_required(VERSION 3.16)
project(dep C)
add_library(dep dep.c)
install(TARGETS dep)
install(FILES dep.h DESTINATION include)
`;

const PROJECT = `cmake_minimum_required(VERSION 3.16)
project(answer C)
find_path(DEP_INCLUDE dep.h)
find_library(DEP_LIBRARY NAMES libdep.a)
add_library(answer SHARED src/answer.c src/where.c)
target_include_directories(answer PRIVATE \${DEP_INCLUDE})
target_link_libraries(answer PRIVATE \${DEP_LIBRARY})
set_target_properties(answer PROPERTIES LIBRARY_OUTPUT_DIRECTORY \${PROJECT_BINARY_DIR}/native)
`;

async function write(name: string, content: string): Promise<void> {
  await mkdir(dirname(join(folder, name)), { recursive: true });
  await writeFile(join(folder, name), content);
}

const byCommands: StaticDependency['build'] = {
  commands: [
    ['{cc}', '-O2', '-fPIC', '-c', 'dep.c', '-o', 'dep.o'],
    ['mkdir', '{prefix}/lib', '{prefix}/include'],
    ['{ar}', 'rcs', '{prefix}/lib/libdep.a', 'dep.o'],
    ['cp', 'dep.h', '{prefix}/include'],
  ],
};

async function dependency(build: StaticDependency['build']): Promise<StaticDependency> {
  const archive = join(folder, 'dep.tar.gz');
  await execa('tar', ['--create', '--gzip', '--file', archive, '--directory', folder, 'dep-1.0']);
  const sha256 = createHash('sha256')
    .update(await readFile(archive))
    .digest('hex');
  const origin = 'static[0]';
  return { name: 'dep', version: '1.0', origin, source: { archive, sha256 }, build, licenses: ['COPYING'] };
}

const byCommand: CompileRequest['build'] = {
  command: [
    ...['sh', '-c', 'mkdir -p build/native && exec "$@"', 'sh'],
    ...[
      '{cc}',
      '-O2',
      '-fPIC',
      '-shared',
      '-ffile-prefix-map={source}=/source',
      '-o',
      'build/native/libanswer.so',
    ],
    ...['src/answer.c', 'src/where.c', '-ldep'],
  ],
};

async function run(
  destination: string,
  build: CompileRequest['build'],
  dependencies: readonly StaticDependency[],
  project = 'project',
): Promise<CompileResult> {
  const arch = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  const request: CompileRequest = {
    source: {
      path: join(folder, project),
      origin: 'source.path',
      overlays: [{ path: join(folder, 'operators'), to: 'src', origin: 'source.overlays[0]' }],
      remove: [{ value: 'src/old*', origin: 'source.remove[0]' }],
    },
    dependencies,
    toolchain: 'host',
    target: `linux_${arch}`,
    build,
    outputs: [{ from: 'build/**/*.so', base: 'build', to: 'lib', origin: 'libraries[0]' }],
  };
  const { PATH, HOME } = process.env;
  const options = {
    cache: join(folder, 'cache'),
    destination: join(folder, destination),
    environment: { PATH, HOME },
  };
  const result = await compile(request, { runner: localRunner, ...options });
  if (result.status === 'failed') throw new Error(result.tail.join('\n'));
  return result;
}

/** What the library says when Python asks it. */
async function ask(destination: string): Promise<string> {
  const script = `
import ctypes, sys
library = ctypes.CDLL(sys.argv[1])
library.where.restype = ctypes.c_char_p
print(library.answer(), library.where().decode())`;
  const library = join(folder, destination, 'libraries/lib/native/libanswer.so');
  return (await execa('python3', ['-c', script, library])).stdout;
}

const bytes = (destination: string): Promise<Buffer> =>
  readFile(join(folder, destination, 'libraries/lib/native/libanswer.so'));

const NEEDED = ['gcc', 'g++', 'ar', 'tar', 'python3'].map((program) => ({ program }));

describeIf(NEEDED, 'compile, by commands', () => {
  it('links the dependency, with the overlay on top, and carries the licence', async () => {
    const result = await run('out', byCommand, [await dependency(byCommands)]);
    const path = join(folder, 'out/licenses/dep/COPYING');
    expect(result).toMatchObject({
      outputs: [{ name: 'lib/native/libanswer.so' }],
      licenses: [{ name: 'dep/COPYING', path, dependency: 'dep' }],
      dependencies: [{ name: 'dep', version: '1.0', cached: false }],
    });
    expect(await readFile(path, 'utf8')).toBe('Do as you like.\n');
    expect(await ask('out')).toBe('42 src/where.c');
  });

  it('builds a dependency once, and anew when its commands change', async () => {
    const cached = async (name: string, build: StaticDependency['build']): Promise<unknown> => {
      const result = await run(name, byCommand, [await dependency(build)]);
      return result.status === 'compiled' ? result.dependencies[0]?.cached : result;
    };
    const source = await dependency(byCommands);
    expect(await run('0', byCommand, [source])).toMatchObject({ dependencies: [{ cached: false }] });
    expect(await run('1', byCommand, [source])).toMatchObject({ dependencies: [{ cached: true }] });
    expect(await cached('2', { commands: [...byCommands.commands, ['true']] })).toBe(false);
  });

  it('leaves nothing of a dependency that fails', async () => {
    const failing = await dependency({ commands: [...byCommands.commands, ['false']] });
    await expect(run('out', byCommand, [failing])).rejects.toThrow('[dep: command 5] ["false"]');
    expect(await readdir(join(folder, 'cache/dependencies'))).toEqual([]);
    expect(await readdir(folder)).not.toContain('out');
  });

  it('does not build a dependency that loses its licence', async () => {
    const unlicensed = { ...(await dependency(byCommands)), licenses: ['LICENCE'] };
    await expect(run('out', byCommand, [unlicensed])).rejects.toMatchObject({ code: 'license-missing' });
  });
});

describeIf([...NEEDED, { program: 'cmake' }], 'compile, by CMake', () => {
  it('gives the same bytes for the same sources, wherever they lie', async () => {
    const source = await dependency({ system: 'cmake' });
    await run('one', { system: 'cmake' }, [source]);
    expect(await ask('one')).toBe('42 /source/src/where.c');
    await execa('cp', ['-r', join(folder, 'project'), join(folder, 'moved')]);
    await run('two', { system: 'cmake' }, [source], 'moved');
    expect((await bytes('two')).equals(await bytes('one'))).toBe(true);
  });
});
