import { readdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { buildElf, oracle, temporaryFolder } from '@wheelwright/testing';
import { pyproject, writeProject, type Files } from '../testing/project.js';
import { wheelwright } from '../testing/terminal.js';

const root = await temporaryFolder('build-wheel');

const LIBRARIES = 'libraries = [{ from = "build/**/*.so", base = "build", to = "lib" }]';
const TOOL = `[tool.wheelwright]\npackage = "demo_ops"\n${LIBRARIES}`;
const LIBRARY = buildElf({
  soname: 'libdemo.so',
  needed: ['libc.so.6'],
  imports: [{ name: 'memcpy', library: 'libc.so.6', version: 'GLIBC_2.14' }],
});

const FILES: Files = {
  'pyproject.toml': pyproject(TOOL),
  'demo_ops/__init__.py': '"""A demo."""\n',
  'demo_ops/ops/__init__.py': '',
  'demo_ops/__pycache__/old.cpython-311.pyc': 'left out',
  'demo_ops/.hidden': 'left out',
  'build/cpu/libdemo.so': LIBRARY,
};

let count = 0;
/** A new project; each has a folder of its own. */
async function project(files: Files): Promise<string> {
  return writeProject(root, String((count += 1)), files);
}

interface Document {
  readonly wheel: string;
  readonly tag: string;
  readonly sha256: string;
  readonly variant: string;
}

async function build(folder: string, ...args: string[]): Promise<Document> {
  const { exitCode, stdout, stderr } = await wheelwright(folder, ['build-wheel', '--json', ...args]);
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  return JSON.parse(stdout) as Document;
}

/** What Python finds in a wheel: names with mode and content, in the archive's order. */
async function unzip(wheel: string): Promise<Record<string, { mode: string; text: string }>> {
  const script = `import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    print(json.dumps({i.filename: {"mode": oct(i.external_attr >> 16), "text": z.read(i).decode("latin-1")} for i in z.infolist()}))`;
  const { stdout } = await oracle('python', ['-c', script, wheel]);
  return JSON.parse(stdout) as Record<string, { mode: string; text: string }>;
}

describe('build-wheel with libraries that are built already', () => {
  it('stores a library with several names once, under the name it calls itself, and says so', async () => {
    const folder = await project({ ...FILES, 'demo_ops/libown.so.1.0': buildElf({ soname: 'libown.so.1' }) });
    await symlink('libown.so.1.0', join(folder, 'demo_ops/libown.so.1'));
    await symlink('libown.so.1', join(folder, 'demo_ops/libown.so'));
    const { stdout, stderr } = await wheelwright(folder, ['build-wheel', '--json']);
    expect(stderr).toContain('libown.so -> libown.so.1.0: stored once, as libown.so.1');
    const names = Object.keys(await unzip((JSON.parse(stdout) as Document).wheel));
    expect(names.filter((name) => name.includes('libown'))).toEqual(['demo_ops/libown.so.1']);
  });

  it('packs the package with the hierarchy of its libraries, and says what it made', async () => {
    const folder = await project(FILES);
    const document = await build(folder);
    expect(document).toMatchObject({
      schema: 'wheelwright/build-wheel@1',
      wheel: join(folder, 'dist/demo_ops-1.2-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl'),
      distribution: 'demo_ops',
      version: '1.2',
      tag: 'py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64',
      platform: 'manylinux_2_17_x86_64',
      variant: 'native',
      artifact: null,
      seconds: { compile: 0 },
    });
    const members = await unzip(document.wheel);
    expect(Object.keys(members)).toEqual([
      'demo_ops/__init__.py',
      'demo_ops/lib/cpu/libdemo.so',
      'demo_ops/ops/__init__.py',
      'demo_ops-1.2.dist-info/METADATA',
      'demo_ops-1.2.dist-info/WHEEL',
      'demo_ops-1.2.dist-info/RECORD',
    ]);
    expect(members['demo_ops/lib/cpu/libdemo.so']?.mode).toBe('0o100755');
    expect(members['demo_ops-1.2.dist-info/WHEEL']?.text).toContain('Root-Is-Purelib: false\n');
    expect(members['demo_ops-1.2.dist-info/WHEEL']?.text).toContain('Tag: py3-none-manylinux_2_17_x86_64\n');
  });

  it('gives the same bytes again, whatever the clock says', async () => {
    const folder = await project(FILES);
    const [first, second] = [await build(folder, '--out', 'one'), await build(folder, '--out', 'two')];
    expect(second.sha256).toBe(first.sha256);
    expect(await readFile(second.wheel)).toEqual(await readFile(first.wheel));
  });

  it('installs into a clean environment and imports with --test', async () => {
    const folder = await project(FILES);
    await build(folder, '--test');
  });

  it('fails with --test where the import does', async () => {
    const folder = await project({ ...FILES, 'demo_ops/__init__.py': 'import no_such_module\n' });
    const { exitCode, stderr } = await wheelwright(folder, ['build-wheel', '--test']);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("No module named 'no_such_module'");
  });

  it('is told honestly what a library lacks, and claims no more than it keeps', async () => {
    const lacking = buildElf({ needed: ['libc.so.6', 'libgomp.so.1'], imports: ['omp_get_num_threads'] });
    const folder = await project({ ...FILES, 'build/cpu/libdemo.so': lacking });
    const { exitCode, stdout } = await wheelwright(folder, ['build-wheel']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('py3-none-linux_x86_64');
    expect(stdout).toContain('it needs libgomp.so.1, brought by nobody');
    expect(stdout).toMatch(/libgomp\.so\.1 +demo_ops/);
    const insisted = await wheelwright(folder, ['build-wheel', '--platform', 'manylinux2014_x86_64']);
    expect(insisted.exitCode).toBe(1);
    expect(insisted.stdout).toContain('not manylinux2014_x86_64 or manylinux_2_17_x86_64 as it claims');
  });

  it('packs a project without native code for any platform', async () => {
    const folder = await project({
      'pyproject.toml': pyproject('[tool.wheelwright]\npackage = "demo_ops"'),
      'demo_ops/__init__.py': '',
    });
    expect(await build(folder)).toMatchObject({ tag: 'py3-none-any', platform: 'any' });
  });

  it('tags an extension for its Python', async () => {
    const extension = buildElf({ needed: ['libc.so.6'], exports: ['PyInit__core'] });
    const folder = await project({ ...FILES, 'demo_ops/_core.cpython-311-x86_64-linux-gnu.so': extension });
    expect((await build(folder)).tag).toMatch(/^cp311-cp311-manylinux/);
  });
});

describe('variants', () => {
  const CUDA = buildElf({ needed: ['libcudart.so.10.1', 'libc.so.6'] });
  const tables = `${TOOL}
[tool.wheelwright.variants.cu101]
name = "demo-ops-cu101"
summary = "For CUDA 10.1"
readme = "Needs a driver of 418 or later."
requires-dist = ["numpy>=1.20"]`;
  const files = {
    ...FILES,
    'pyproject.toml': pyproject(tables, 'readme = "README.md"\ndescription = "Operators"'),
    'README.md': '# Demo\n',
    'build/cpu/libdemo.so': CUDA,
  };

  it('finds the variant in the library and applies its table', async () => {
    const document = await build(await project(files));
    expect(document).toMatchObject({
      variant: 'cu101',
      distribution: 'demo_ops_cu101',
      tag: 'py3-none-linux_x86_64',
    });
    const members = await unzip(document.wheel);
    const metadata = members['demo_ops_cu101-1.2.dist-info/METADATA']?.text ?? '';
    expect(metadata).toContain('Name: demo-ops-cu101\n');
    expect(metadata).toContain('Summary: For CUDA 10.1\n');
    expect(metadata).toContain('Requires-Dist: numpy>=1.20\n');
    expect(metadata).toMatch(/# Demo\n\nNeeds a driver of 418 or later\.$/);
  });

  it('refuses what was asked for where the library is another, and writes nothing', async () => {
    const folder = await project(files);
    const { exitCode, stderr } = await wheelwright(folder, ['build-wheel', '--variant', 'cu112']);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("'cu112' was requested");
    expect(await readdir(folder)).not.toContain('dist');
  });
});

describe('bad input', () => {
  const cases: [what: string, files: Files, exitCode: number, says: string[]][] = [
    [
      'a key that does not exist',
      { ...FILES, 'pyproject.toml': pyproject(`${TOOL}\nlinkage = "static"`) },
      2,
      ['pyproject.toml', 'tool.wheelwright.linkage', 'linking'],
    ],
    [
      'a package folder without __init__.py',
      { ...FILES, 'pyproject.toml': pyproject('[tool.wheelwright]\npackage = "bare"'), 'bare/x.py': '' },
      2,
      ['pyproject.toml', 'tool.wheelwright.package', '__init__.py', 'namespace = true'],
    ],
    [
      'a package that is not there',
      { 'pyproject.toml': pyproject('[tool.wheelwright]\npackage = "nowhere"') },
      2,
      ['tool.wheelwright.package', 'nowhere'],
    ],
    [
      'a version that PEP 440 refuses',
      { ...FILES, 'pyproject.toml': pyproject(TOOL).replace('"1.2"', '"1.2.x"') },
      2,
      ['pyproject.toml', 'project.version', '1.2.x'],
    ],
    [
      'an empty library glob',
      { ...FILES, 'pyproject.toml': pyproject(TOOL.replace('build/**/*.so', 'bulid/**/*.so')) },
      2,
      ['pyproject.toml', 'tool.wheelwright.libraries[0]', 'bulid/**/*.so'],
    ],
    [
      'a library that only begins as one',
      { ...FILES, 'build/cpu/libdemo.so': LIBRARY.subarray(0, 100) },
      2,
      ['libdemo.so'],
    ],
    [
      'a readme that is not there',
      { ...FILES, 'pyproject.toml': pyproject(TOOL, 'readme = "README.md"') },
      2,
      ['project.readme', 'README.md'],
    ],
  ];
  it.each(cases)('%s has its own message and leaves nothing behind', async (_what, files, exitCode, says) => {
    const folder = await project(files);
    const outcome = await wheelwright(folder, ['build-wheel']);
    expect(outcome).toMatchObject({ exitCode, stdout: '' });
    for (const word of says) expect(outcome.stderr).toContain(word);
    expect(await readdir(folder)).not.toContain('dist');
  });

  it('takes a namespace package where it is meant', async () => {
    const tool = '[tool.wheelwright]\npackage = "bare"\nnamespace = true';
    await build(await project({ 'pyproject.toml': pyproject(tool), 'bare/x.py': '' }));
  });
});
