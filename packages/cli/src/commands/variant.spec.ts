import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { buildElf, compileLibrary, describeIf, rawZip, temporaryFolder } from '@wheelwright/testing';
import { writeProject } from '../testing/project.js';
import { wheelwright } from '../testing/terminal.js';

const root = await temporaryFolder('variant');
const oneDnn = buildElf({ exports: ['_ZN4dnnl4impl3cpuEv'], needed: ['libc.so.6'] });
await writeProject(root, 'lib', {
  'cu102.so': buildElf({ needed: ['libcudart.so.10.2', 'libcudnn.so.8'] }),
  'cu12.so': buildElf({ needed: ['libcudart.so.12'] }),
  'cu11.so': buildElf({ needed: ['libcudart.so.11.0', 'libnvrtc.so.11.2'] }),
  'cpu.so': oneDnn,
  'native.so': buildElf({ needed: ['libc.so.6'] }),
  program: buildElf({ type: 'EXEC', interpreter: '/lib64/ld-linux-x86-64.so.2' }),
  'notes.txt': 'no library\n',
});
/** No CUDA of this machine. */
const bare = { PATH: '/usr/bin:/bin' };
const variant = (args: readonly string[], env: Record<string, string> = bare) =>
  wheelwright(root, ['variant', ...args], env);

/** A machine's nvcc of this release, as an environment. */
async function withNvcc(
  release: string,
  script = `echo "Cuda compilation tools, release ${release}, V${release}.1"`,
) {
  const home = join(root, `cuda-${release}`);
  await mkdir(join(home, 'bin'), { recursive: true });
  await writeFile(join(home, 'bin/nvcc'), `#!/bin/sh\n${script}\n`);
  await chmod(join(home, 'bin/nvcc'), 0o755);
  return { ...bare, CUDA_HOME: home };
}

describe('variant', () => {
  it('gives one document with the fields of the contract', async () => {
    const { exitCode, stdout, stderr } = await variant(['--json', 'lib/cu102.so']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      schema: 'wheelwright/variant@1',
      path: 'lib/cu102.so',
      library: 'lib/cu102.so',
      variant: 'cu102',
      confidence: 'high',
      features: { CUDA: true, CUDNN: true, ONEDNN: false, DIST_KVSTORE: false },
      cuda: { version: '10.2', atLeast: false, source: 'libcudart.so.10.2' },
      gpuArchitectures: [],
      contradictions: [],
      evidence: [
        { source: 'elf', says: 'CUDA 10.2', detail: 'needs libcudart.so.10.2', library: 'lib/cu102.so' },
        { source: 'elf', says: 'CUDA', detail: 'needs libcudnn.so.8', library: 'lib/cu102.so' },
        {
          source: 'elf',
          says: 'no oneDNN',
          detail: 'has no names of oneDNN or MKL-DNN',
          library: 'lib/cu102.so',
        },
      ],
    });
  });

  it.each([
    ['lib/cpu.so', 'cpu'],
    ['lib/native.so', 'native'],
    ['lib/cu102.so', 'cu102'],
  ])('prints a table: %s is %s', async (path, word) => {
    const { exitCode, stdout } = await variant([path]);
    expect(exitCode).toBe(0);
    expect(stdout.split('\n')[0]).toBe(`${path}: ${word}`);
    expect(stdout).toMatch(/\n {2}elf {2}(no )?CUDA/);
  });

  it('warns where the lowest version was taken, and says what to pass', async () => {
    const { exitCode, stdout, stderr } = await variant(['lib/cu11.so']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('cuda        11.2 or later (libnvrtc.so.11.2)');
    expect(stderr).toMatch(/^warning: Pass the version .*--variant cu112, cu113/);
  });

  it('fails where nothing tells the version of CUDA, says what to pass, and shows what there is', async () => {
    const { exitCode, stdout, stderr } = await variant(['--json', 'lib/cu12.so']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('error: lib/cu12.so uses CUDA, and nothing tells which version');
    expect(stderr).toMatch(/hint: Pass the version .*--variant cu120, cu121/);
    expect(JSON.parse(stdout)).toMatchObject({
      variant: null,
      confidence: 'none',
      hint: expect.stringContaining('--variant'),
      evidence: expect.arrayContaining([expect.objectContaining({ source: 'nvcc', says: 'nothing' })]),
    });
  });

  it('takes what is said, and what it leaves open', async () => {
    const { exitCode, stdout, stderr } = await variant(['--json', '--variant', 'CU124', 'lib/cu12.so']);
    expect(exitCode).toBe(0);
    expect(stderr).toContain('consistent, though the library leaves the version open');
    expect(JSON.parse(stdout)).toMatchObject({
      variant: 'cu124',
      cuda: { version: '12.4', source: 'flag' },
      requested: { result: 'match', verified: false },
    });
  });

  it('exits with 1 where what is said is not what the library is', async () => {
    const { exitCode, stdout, stderr } = await variant(['--json', '--variant', 'cu101', 'lib/cu102.so']);
    expect(exitCode).toBe(1);
    expect(stderr).toBe("warning: 'cu101' was requested, and lib/cu102.so is cu102.\n");
    expect(JSON.parse(stdout)).toMatchObject({ variant: 'cu102', requested: { result: 'mismatch' } });
  });

  it("takes a project's own word", async () => {
    const { exitCode, stdout } = await variant(['--json', '--variant', 'avx2', 'lib/native.so']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ variant: 'avx2', requested: { result: 'unverifiable' } });
  });

  it('prints the label of variant wheels only where it is asked for', async () => {
    expect((await variant(['--json', 'lib/cu102.so'])).stdout).not.toContain('label');
    expect((await variant(['lib/cu102.so'])).stdout).not.toContain('label');
    const { stdout } = await variant(['--json', '--experimental-variant-label', 'lib/cu102.so']);
    expect(JSON.parse(stdout)).toMatchObject({ label: 'cu102' });
  });

  it.each([
    ['a file that is no ELF file', ['lib/notes.txt'], 2, 'notes.txt'],
    ['a program', ['lib/program'], 2, 'no shared library'],
    ['a device', ['/dev/zero'], 2, 'no shared library'],
    ['a path that is not there', ['nowhere.so'], 4, 'nowhere.so'],
    ['a wheel that is none', ['lib/cpu.so.whl'], 4, 'cpu.so.whl'],
    ['a word that is none', ['--variant', '../x', 'lib/cpu.so'], 2, 'variant'],
    ['a probe that is none', ['--probe', 'magic', 'lib/cpu.so'], 2, 'magic'],
    ['a time that is none', ['--probe-timeout', '0', 'lib/cpu.so'], 2, 'seconds'],
    ['nothing', [], 2, 'library'],
  ])('refuses %s', async (_, args, exitCode, says) => {
    const outcome = await variant(args);
    expect(outcome.exitCode).toBe(exitCode);
    expect(outcome.stdout).toBe('');
    expect(outcome.stderr).toContain(says);
  });
});

describeIf([{ program: 'sh' }], "the machine's nvcc", () => {
  it('completes what the library leaves open', async () => {
    const { stdout } = await variant(['--json', 'lib/cu12.so'], await withNvcc('12.4'));
    expect(JSON.parse(stdout)).toMatchObject({
      variant: 'cu124',
      cuda: { source: 'nvcc' },
      confidence: 'medium',
    });
  });

  it('loses against the library, with a warning that shows both', async () => {
    const { exitCode, stdout, stderr } = await variant(['lib/cu102.so'], await withNvcc('11.0'));
    expect(exitCode).toBe(0);
    expect(stdout).toContain('lib/cu102.so: cu102');
    expect(stderr).toMatch(
      /^warning: lib\/cu102\.so is CUDA 10\.2 .* is CUDA 11\.0: the library counts\.\n$/,
    );
  });

  it.each([
    ['prints rubbish', 'echo what', 'names no release: "what"'],
    ['exits 1', 'echo broken >&2; exit 1', 'failed: exit code 1: broken'],
  ])('is told of where it %s', async (_, script, says) => {
    const { exitCode, stdout, stderr } = await variant(['lib/cu12.so'], await withNvcc('0.0', script));
    expect(exitCode).toBe(2);
    expect(stdout).toContain(says);
    expect(stderr).toContain(says);
  });

  it('is not asked where nobody wants it, or where there is no CUDA', async () => {
    const environment = await withNvcc('12.4', 'touch asked; exit 1');
    expect((await variant(['--no-nvcc', 'lib/cu12.so'], environment)).stdout).not.toContain('nvcc');
    expect((await variant(['lib/cpu.so'], environment)).stdout).not.toContain('nvcc');
  });
});

describe('variant of several libraries', () => {
  it('is that of a wheel, whose libraries are read where they are', async () => {
    const name = 'demo-1-py3-none-linux_x86_64.whl';
    const members = [
      { name: 'demo/libmain.so', content: buildElf({ needed: ['libcudart.so.10.2'] }) },
      { name: 'demo/libplain.so', content: buildElf({ needed: ['libc.so.6'] }) },
      { name: 'demo/__init__.py', content: Buffer.from('') },
    ];
    await writeFile(join(root, name), rawZip(members));
    const { exitCode, stdout } = await variant(['--json', name]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ path: name, library: 'demo/libmain.so', variant: 'cu102' });
    const table = await variant([name]);
    expect(table.stdout).toContain('decided by  demo/libmain.so');
    expect(table.stdout).toContain('and 1 library without any mark');
  });

  it('is that of a folder', async () => {
    await writeProject(root, 'folder', { 'a/liba.so': oneDnn, 'libb.so': buildElf({}), 'x.py': '' });
    const { stdout } = await variant(['--json', 'folder']);
    expect(JSON.parse(stdout)).toMatchObject({ library: 'a/liba.so', variant: 'cpu' });
  });

  it('is refused where there is none', async () => {
    await writeProject(root, 'empty', { 'x.py': '' });
    const { exitCode, stderr } = await variant(['empty']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('holds no shared library');
  });
});

const libinfo = `#include <stdbool.h>
#include <stddef.h>
struct LibFeature { const char *name; bool enabled; };
static const struct LibFeature features[] = { { "CUDA", false }, { "MKLDNN", true }, { "OPENMP", true } };
int MXLibInfoFeatures(const struct LibFeature **list, size_t *size) { *list = features; *size = 3; return 0; }`;

describeIf([{ program: 'gcc' }], 'variant --probe runtime', () => {
  it('believes the library, which has hidden names of oneDNN', async () => {
    await compileLibrary(root, 'libasked', libinfo);
    expect((await variant(['libasked.so'])).stdout).toContain('libasked.so: native');
    const { exitCode, stdout } = await variant(['--json', '--probe', 'runtime', 'libasked.so']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      variant: 'cpu',
      confidence: 'high',
      features: { ONEDNN: true, OPENMP: true },
      probes: [{ library: 'libasked.so', state: 'answered' }],
    });
  });

  it('finds a library in a wheel, with those beside it', async () => {
    const folder = join(root, 'beside');
    await mkdir(folder);
    await compileLibrary(folder, 'libhelper', 'int helper(void) { return 1; }', ['-Wl,-soname,libhelper.so']);
    const code = `${libinfo} int helper(void); int x(void) { return helper(); }`;
    await compileLibrary(folder, 'libmain', code, [join(folder, 'libhelper.so')]);
    const { readFile } = await import('node:fs/promises');
    const members = await Promise.all(
      ['libhelper.so', 'libmain.so'].map(async (name) => ({
        name: `demo/${name}`,
        content: await readFile(join(folder, name)),
      })),
    );
    const wheel = 'probed-1-py3-none-linux_x86_64.whl';
    await writeFile(join(root, wheel), rawZip(members));
    const { stdout } = await variant(['--json', '--probe', 'runtime', wheel]);
    expect(JSON.parse(stdout)).toMatchObject({
      library: 'demo/libmain.so',
      variant: 'cpu',
      probes: [{ library: 'demo/libmain.so', state: 'answered' }],
    });
  });

  it('takes a crash for a result', async () => {
    const code = `${libinfo}\n#include <stdlib.h>\n__attribute__((constructor)) static void at_load(void) { abort(); }`;
    await compileLibrary(root, 'libcrash', code);
    const { exitCode, stdout } = await variant(['--probe', 'runtime', 'libcrash.so']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/libcrash\.so: native[\s\S]*libinfo +nothing +it crashed while it was loaded/);
  });

  it('loads nothing that cannot be asked', async () => {
    await compileLibrary(
      root,
      'libplain',
      '__attribute__((constructor)) static void f(void) { *(volatile int *)8 = 1; }',
    );
    const { stdout } = await variant(['--probe', 'runtime', 'libplain.so']);
    expect(stdout).toContain('nothing was loaded: it has no function MXLibInfoFeatures');
  });
});
