import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { describeIf, oracle, temporaryFolder } from '@wheelwright/testing';
import { copyExample, isUnchanged } from '../testing/repository.js';
import { wheelwright, type Outcome } from '../testing/terminal.js';

/** A first build installs zig and compiles its C++ runtime. */
const COLD = 300_000;

const root = await temporaryFolder('custom-operators');
const WHEEL = 'simpledet_ops-1.0.0-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl';

/** Builds with the caches of this machine: they are what a second build of a user has, too. */
async function build(folder: string, ...args: string[]): Promise<Outcome> {
  return wheelwright(folder, ['build-wheel', '--store', 'store', ...args], process.env);
}

async function wheelsIn(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.whl'));
}

interface Document {
  readonly sha256: string;
  readonly artifact: string;
}

const isX86 = { met: process.arch === 'x64', reason: 'the wheel is for x86_64' };

describeIf([{ program: 'cmake' }, { program: 'git' }, isX86], 'examples/custom-operators', () => {
  const folder = join(root, 'project');
  const wheel = join(folder, 'dist', WHEEL);
  let commit: string;
  let document: Document;

  it(
    'is built by zig for manylinux2014 with one command',
    async () => {
      commit = await copyExample('custom-operators', folder);
      const { exitCode, stdout, stderr } = await build(folder, '--json', '--test');
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      document = JSON.parse(stdout) as Document;
      expect(document).toMatchObject({
        schema: 'wheelwright/build-wheel@1',
        wheel,
        distribution: 'simpledet_ops',
        platform: 'manylinux_2_17_x86_64',
        variant: 'native',
      });
    },
    COLD,
  );

  it('leaves the sources as they were', async () => {
    await writeFile(join(folder, '.git/info/exclude'), 'dist/\nstore/\n');
    expect(await isUnchanged(folder)).toBe(true);
  });

  it('keeps the library with its licence under commit, target, variant and linking', async () => {
    const prefix = join(folder, 'store', commit, 'manylinux2014_x86_64/native/static');
    expect(document.artifact).toBe(`file://${prefix}/`);
    expect((await readdir(prefix)).sort()).toEqual([
      ...['dependencies', 'libsimpledet.meta', 'libsimpledet.so', 'licenses'],
    ]);
    const sbom = join(prefix, 'dependencies/sboms/simpledet-ops-1.0.0.cdx.json');
    expect(JSON.parse(await readFile(sbom, 'utf8'))).toMatchObject({
      components: [{ name: 'snappy', version: '1.1.4' }],
    });
    const built = await readFile(join(folder, 'dist/compiled/simpledet-ops/libraries/lib/libsimpledet.so'));
    expect(await readFile(join(prefix, 'libsimpledet.so'))).toEqual(built);
  });

  it('is manylinux_2_17 or older for auditwheel, which searches no host', async () => {
    const { stdout } = await oracle('auditwheel', ['show', '--json', '--ldpaths=', wheel]);
    expect(JSON.parse(stdout)).toMatchObject({ overall_tag: 'manylinux_2_17_x86_64', external_libs: {} });
  });

  it(
    'installs by pip without an index, and the overlaid operator gives its own numbers',
    async () => {
      const environment = join(root, 'pip');
      await oracle('python', ['-m', 'venv', environment]);
      const python = join(environment, 'bin/python');
      const installed = await oracle(python, ['-m', 'pip', 'install', '--no-index', wheel]);
      expect(installed).toMatchObject({ exitCode: 0 });
      const script = 'from simpledet_ops import ops; print(ops.relu_scaled([-1.0, 0.5, 2.0]).tolist())';
      // The base's operator would print [0.0, 0.5, 2.0].
      expect(await oracle(python, ['-I', '-c', script])).toMatchObject({
        exitCode: 0,
        stdout: '[0.0, 1.0, 4.0]',
      });
    },
    COLD,
  );

  it(
    'is accepted by uv, twine and check-wheel-contents',
    async () => {
      const target = ['--no-index', '--offline', '--target', join(root, 'uv'), wheel];
      expect(await oracle('uv', ['pip', 'install', ...target])).toMatchObject({ exitCode: 0 });
      expect(await oracle('twine', ['check', '--strict', wheel])).toMatchObject({ exitCode: 0 });
      expect(await oracle('check-wheel-contents', [wheel])).toMatchObject({ exitCode: 0 });
    },
    COLD,
  );

  it(
    'has the same bytes when it is built again, elsewhere',
    async () => {
      const elsewhere = join(root, 'elsewhere/project');
      await copyExample('custom-operators', elsewhere);
      const { stdout } = await build(elsewhere, '--json');
      expect((JSON.parse(stdout) as Document).sha256).toBe(document.sha256);
    },
    COLD,
  );

  it(
    'fails with exit code 6 and the compiler’s words on a compile error, and writes no wheel',
    async () => {
      const broken = join(root, 'broken');
      await copyExample('custom-operators', broken);
      await writeFile(join(broken, 'operators/relu.cc'), 'int operator_of_nothing( {\n');
      const { exitCode, stdout, stderr } = await build(broken);
      expect(exitCode).toBe(6);
      expect(stdout + stderr).toContain('relu.cc:1');
      expect(await readdir(broken)).not.toContain('store');
      expect(await wheelsIn(broken)).toEqual([]);
    },
    COLD,
  );

  it(
    'refuses an overlay that leads outside the tree',
    async () => {
      const outside = join(root, 'outside');
      await copyExample('custom-operators', outside);
      const file = join(outside, 'pyproject.toml');
      await writeFile(
        file,
        (await readFile(file, 'utf8')).replace('to = "src/operator"', 'to = "../../elsewhere"'),
      );
      const { exitCode, stderr } = await build(outside);
      expect(exitCode).toBe(2);
      expect(stderr).toContain(`${file}: tool.wheelwright.source.overlays[0]`);
      expect(await wheelsIn(outside)).toEqual([]);
    },
    COLD,
  );
});
