import { mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { compileLibrary, describeIf, oracle, oracleEnvironment, temporaryFolder } from '@wheelwright/testing';
import { engineWith, OLDEST_IMAGE } from '../testing/engine.js';
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

  it(
    'is repaired where the project says so: what the extension links goes along',
    async () => {
      const outer = join(root, 'outer');
      await mkdir(outer);
      await compileLibrary(outer, 'libouter', 'int outer(void) { return 42; }', [
        '-Wl,-soname,libouter.so.3',
        '-s',
      ]);
      await rename(join(outer, 'libouter.so'), join(outer, 'libouter.so.3'));
      await symlink('libouter.so.3', join(outer, 'libouter.so'));
      const link = `libraries=["outer"], library_dirs=[${JSON.stringify(outer)}]`;
      const folder = await writeProject(root, 'repaired', {
        ...FILES,
        'pyproject.toml': `${PYPROJECT}[tool.wheelwright.repair]\nldpaths = [${JSON.stringify(outer)}]\n`,
        'setup.py': SETUP.replace('["core.c"]', `["core.c"], ${link}`),
        'core.c': CORE.replace('FromLong(42)', 'FromLong(outer())').replace(
          'static',
          'int outer(void);\nstatic',
        ),
      });
      const { exitCode, stdout, stderr } = await build(folder, '--test');
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
      const { wheel, tag } = JSON.parse(stdout) as { wheel: string; tag: string };
      expect(tag).toMatch(/-manylinux2014_x86_64\.manylinux_2_17_x86_64$/);
      const names = (await oracle('python', ['-m', 'zipfile', '-l', wheel])).stdout;
      expect(names).toMatch(/native_count\.libs\/libouter-[0-9a-f]{8}\.so\.3/);
      const shown = await oracle('auditwheel', ['show', '--json', '--ldpaths=', wheel]);
      expect(JSON.parse(shown.stdout)).toMatchObject({ external_libs: {} });
      const environment = join(root, 'venv');
      await oracle('python', ['-m', 'venv', environment]);
      const python = join(environment, 'bin/python');
      await rm(outer, { recursive: true });
      await oracle(python, ['-m', 'pip', 'install', '--no-index', wheel]);
      const script = 'import native_count; print(native_count.answer())';
      expect(await oracle(python, ['-I', '-c', script])).toMatchObject({ stdout: '42' });
    },
    COLD,
  );

  it(
    'compiles for another machine: extension, suffix and tag are that one’s',
    async () => {
      const folder = await writeProject(root, 'cross', FILES);
      const { exitCode, stdout, stderr } = await build(folder, '--platform', 'manylinux2014_aarch64');
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
      const { wheel, tag } = JSON.parse(stdout) as { wheel: string; tag: string };
      expect(tag).toMatch(/^cp3\d+-cp3\d+-manylinux2014_aarch64\.manylinux_2_17_aarch64$/);
      const shown = await oracle('auditwheel', ['show', '--json', '--ldpaths=', wheel]);
      expect(JSON.parse(shown.stdout)).toMatchObject({
        overall_tag: 'manylinux_2_17_aarch64',
        external_libs: {},
      });
      const unpacked = join(root, 'cross-unpacked');
      await oracle('python', ['-m', 'zipfile', '-e', wheel, unpacked]);
      const [extension = ''] = (await readdir(join(unpacked, 'native_count'))).filter((name) =>
        name.endsWith('.so'),
      );
      expect(extension).toMatch(/^_core\.cpython-3\d+-aarch64-linux-gnu\.so$/);
      const header = await oracle('/usr/bin/env', [
        'readelf',
        '-h',
        join(unpacked, 'native_count', extension),
      ]);
      expect(header.stdout).toContain('AArch64');
    },
    COLD,
  );

  it(
    'for musl names the C library as its loader does when it is repaired, and says what is wrong without',
    async () => {
      const text = PYPROJECT.replace('manylinux2014', 'musllinux_1_2');
      const folder = await writeProject(root, 'musl', {
        ...FILES,
        'pyproject.toml': text,
        'core.c': `#include <stdio.h>\n${CORE.replace('FromLong(42)', 'FromLong(puts("x"))')}`,
      });
      const missed = await build(folder);
      expect(missed).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('libc.musl-x86_64.so.1') });
      await writeFile(join(folder, 'pyproject.toml'), `${text}[tool.wheelwright.repair]\n`);
      const { exitCode, stdout, stderr } = await build(folder);
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
      const { wheel, tag } = JSON.parse(stdout) as { wheel: string; tag: string };
      expect(tag).toMatch(/^cp3\d+-cp3\d+-musllinux_1_2_x86_64$/);
      const names = (await oracle('python', ['-m', 'zipfile', '-l', wheel])).stdout;
      expect(names).toMatch(/_core\.cpython-3\d+-x86_64-linux-musl\.so/);
      const shown = await oracle('auditwheel', ['show', '--json', '--ldpaths=', wheel]);
      expect(JSON.parse(shown.stdout)).toMatchObject({ overall_tag: 'musllinux_1_2_x86_64' });
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

/** A build without setuptools, which an image need not have. */
const OWN_BUILD = `import base64, hashlib, os, subprocess, zipfile
subprocess.check_call([os.environ["CC"], "-shared", "-fPIC", "-o", "count.so", "count.c"])
info = "native_count-1.5.dist-info/"
files = {
    "native_count/__init__.py": b"",
    "native_count/count.so": open("count.so", "rb").read(),
    info + "METADATA": b"Metadata-Version: 2.1\\nName: native-count\\nVersion: 1.5\\n",
    info + "WHEEL": b"Wheel-Version: 1.0\\nGenerator: own\\nRoot-Is-Purelib: false\\nTag: py3-none-linux_x86_64\\n",
}
def row(name):
    digest = base64.urlsafe_b64encode(hashlib.sha256(files[name]).digest()).rstrip(b"=").decode()
    return "%s,sha256=%s,%d\\n" % (name, digest, len(files[name]))
record = "".join(map(row, files)) + info + "RECORD,,\\n"
os.mkdir("dist")
with zipfile.ZipFile("dist/native_count-1.5-py3-none-linux_x86_64.whl", "w") as wheel:
    for name, data in files.items():
        wheel.writestr(name, data)
    wheel.writestr(info + "RECORD", record)
`;

describeIf([await engineWith(OLDEST_IMAGE), REASONS[1]], 'wheel-command in docker', () => {
  it(
    'runs in the image, with zig brought along, and its wheel comes home',
    async () => {
      const folder = await writeProject(root, 'docker', {
        'pyproject.toml': PYPROJECT.replace(/"setup.py".*/, '"build.py"]').replace(
          'toolchain',
          `runner = "docker"\nimage = "${OLDEST_IMAGE}"\ntoolchain`,
        ),
        'build.py': OWN_BUILD,
        'count.c': '#include <math.h>\nint count(double x) { return (int)exp(x); }\n',
        'native_count/__init__.py': '',
      });
      const { exitCode, stdout, stderr } = await build(folder);
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
      const { wheel, tag } = JSON.parse(stdout) as { wheel: string; tag: string };
      expect(tag).toBe('py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64');
      const shown = await oracle('auditwheel', ['show', '--json', '--ldpaths=', wheel]);
      expect(shown.stdout).toMatch(/"overall_tag": "manylinux_2_(5|12|17)_x86_64"/);
    },
    COLD,
  );
});

function topLevel(files: Readonly<Record<string, string>>): string[] {
  return Object.keys(files).map((name) => name.split('/')[0] ?? '');
}
