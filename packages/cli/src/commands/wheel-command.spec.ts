import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { describeIf, oracle, oracleEnvironment, temporaryFolder } from '@wheelwright/testing';
import { writeProject } from '../testing/project.js';
import { wheelwright, type Outcome } from '../testing/terminal.js';

/** A first build installs zig. */
const COLD = 240_000;
const root = await temporaryFolder('wheel-command');

const PYPROJECT = `[project]
name = "native-count"
version = "1.5"
[tool.wheelwright]
package = "native_count"
[tool.wheelwright.compile]
toolchain = "zig"
targets = ["manylinux2014_x86_64"]
wheel-command = ["python3", "setup.py", "--quiet", "bdist_wheel"]
`;

/** What a project may do to itself: flags that build for a newer glibc than its target. */
const NEWER = `env = { CFLAGS = "-target x86_64-linux-gnu.2.28", LDSHARED = "{cc} -shared -target x86_64-linux-gnu.2.28" }`;

const SETUP = `from setuptools import Extension, setup
setup(name="native-count", version="1.5", packages=["native_count"],
      ext_modules=[Extension("native_count._core", ["core.c"])])
`;

const CORE = `#include <Python.h>
static PyObject *answer(PyObject *self, PyObject *args) { return PyLong_FromLong(42); }
static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, 0}, {0, 0, 0, 0}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_core", 0, -1, methods};
PyMODINIT_FUNC PyInit__core(void) { return PyModule_Create(&module); }
`;

const FILES = {
  'pyproject.toml': PYPROJECT,
  'setup.py': SETUP,
  'core.c': CORE,
  'native_count/__init__.py': 'from native_count._core import answer\n',
};

const PYTHON = await oracle('python', [
  '-c',
  `import os, sysconfig, setuptools, wheel
assert os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h"))`,
]);

const REASONS = [
  { met: PYTHON.exitCode === 0, reason: 'Python has no setuptools and wheel, or no Python.h' },
  { met: process.arch === 'x64', reason: 'the wheel is for x86_64' },
] as const;

/** `python3` is the one of the oracles. */
function build(folder: string, ...args: string[]): Promise<Outcome> {
  return wheelwright(folder, ['build-wheel', '--json', ...args], { ...process.env, ...oracleEnvironment() });
}

describeIf(REASONS, 'wheel-command', () => {
  it(
    'compiles an extension of setuptools by zig for manylinux2014; pip installs and Python imports it',
    async () => {
      const folder = await writeProject(root, 'good', FILES);
      const { exitCode, stdout, stderr } = await build(folder, '--test');
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
      const document = JSON.parse(stdout) as { wheel: string; tag: string };
      expect(document).toMatchObject({
        schema: 'wheelwright/build-wheel@1',
        distribution: 'native_count',
        version: '1.5',
        variant: 'native',
        artifact: null,
      });
      expect(document.tag).toMatch(/^cp3\d+-cp3\d+-manylinux2014_x86_64\.manylinux_2_17_x86_64$/);
      const shown = await oracle('auditwheel', ['show', '--json', '--ldpaths=', document.wheel]);
      expect(JSON.parse(shown.stdout)).toMatchObject({ external_libs: {} });
      expect(shown.stdout).toMatch(/"overall_tag": "manylinux_2_(5|12|17)_x86_64"/);
      expect((await readdir(folder)).sort()).toEqual([...new Set([...topLevel(FILES), 'dist'])].sort());
    },
    COLD,
  );

  it(
    'writes nothing where the result misses its target, and says why',
    async () => {
      const core = `${CORE}
#include <unistd.h>
extern int getentropy(void *buffer, size_t length);
int fill(char *to) { return getentropy(to, 4); }`;
      const folder = await writeProject(root, 'missed', {
        ...FILES,
        'pyproject.toml': PYPROJECT.replace('wheel-command', `${NEWER}\nwheel-command`),
        'core.c': core,
      });
      const { exitCode, stdout } = await build(folder);
      expect(exitCode).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'target-missed' } });
      expect(stdout).toContain('getentropy');
      expect((await readdir(join(folder, 'dist'))).filter((name) => name.endsWith('.whl'))).toEqual([]);
    },
    COLD,
  );

  it('says that the command left no wheel', async () => {
    const folder = await writeProject(root, 'none', {
      ...FILES,
      'pyproject.toml': PYPROJECT.replace(/wheel-command.*/, 'wheel-command = ["true"]').replace(
        'toolchain = "zig"\n',
        'toolchain = "host"\n',
      ),
    });
    const { exitCode, stderr } = await build(folder);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('tool.wheelwright.compile.wheel-command: the command left no wheel in dist/');
  });
});

function topLevel(files: Readonly<Record<string, string>>): string[] {
  return Object.keys(files).map((name) => name.split('/')[0] ?? '');
}
