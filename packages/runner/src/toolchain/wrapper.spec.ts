import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { describeIf, temporaryFolder } from '@wheelwright/testing';
import { execa } from 'execa';
import { cmakeToolchainFile, wrapperScript } from './wrapper.js';

const folder = await temporaryFolder('wrapper');
const WORDS = ['a b', "it's", '"', '$(touch x)', '; touch x', '`touch x`', '\\', 'line\nbreak', '*', ''];

describe('wrapperScript', () => {
  it('passes every word on as it is: its own, the arguments, and those after', async () => {
    const path = join(folder, 'wrapper');
    await writeFile(path, wrapperScript(['printf', '[%s]', ...WORDS], ['-L/x y']));
    await chmod(path, 0o755);
    const work = join(folder, 'work');
    await mkdir(work);
    const { stdout } = await execa(path, WORDS, { cwd: work, stripFinalNewline: false });
    expect(stdout).toBe([...WORDS, ...WORDS, '-L/x y'].map((word) => `[${word}]`).join(''));
    expect(await readdir(work)).toEqual([]);
  });
});

describe('cmakeToolchainFile', () => {
  it('refuses a path that CMake would take for two', () => {
    const tools = { cc: '/a;b/cc', cxx: 'c++', ar: 'ar', ranlib: 'ranlib' };
    expect(() => cmakeToolchainFile({ processor: 'x86_64', ...tools, roots: ['/r'] })).toThrow(
      expect.objectContaining({ code: 'bad-request' }),
    );
  });
});

describeIf([{ program: 'cmake' }], 'cmakeToolchainFile, as CMake reads it', () => {
  it('keeps hostile paths as they are', async () => {
    const paths = { cc: '/a "b"/${HOME}/cc', cxx: '/c\\d/c++', ar: '/e f/ar', ranlib: '/$ENV{HOME}/ranlib' };
    const file = join(folder, 'toolchain.cmake');
    await writeFile(
      file,
      cmakeToolchainFile({ processor: 'aarch64', ...paths, roots: ['/one two', '/three'] }),
    );
    const names = [
      'CMAKE_C_COMPILER',
      'CMAKE_CXX_COMPILER',
      'CMAKE_AR',
      'CMAKE_RANLIB',
      'CMAKE_FIND_ROOT_PATH',
    ];
    const script = join(folder, 'print.cmake');
    await writeFile(
      script,
      [`include(${file})`, ...names.map((name) => `message("\${${name}}")`)].join('\n'),
    );
    const { stderr } = await execa('cmake', ['-P', script]);
    expect(stderr.split('\n')).toEqual([...Object.values(paths), '/one two;/three']);
  });
});
