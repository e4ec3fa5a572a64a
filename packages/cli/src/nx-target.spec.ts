import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { repositoryRoot, temporaryFolder } from '@wheelwright/testing';
import { execa } from 'execa';
import { pyproject, writeProject } from './testing/project.js';

const root = await temporaryFolder('nx-target');
const nx = join(repositoryRoot, 'node_modules/nx/dist/bin/nx.js');

/** What tools/nx gives Nx for `cli:build-wheel`. */
interface Hashed {
  readonly value: string;
}
type Hash = (task: object, context: object) => Promise<Hashed>;
const hash = createRequire(import.meta.url)(join(repositoryRoot, 'tools/nx/hasher.cjs')) as Hash;
const context = { hasher: { hashTask: () => Promise.resolve({ value: '123' }) }, taskGraph: {}, env: {} };

describe('the Nx target cli:build-wheel', () => {
  it('passes on what stands behind -- letter by letter, also what looks like an option of Nx', async () => {
    const folder = await writeProject(root, 'mine; touch injected', {
      'pyproject.toml': pyproject('[tool.wheelwright]\npackage = "demo_ops"'),
      'demo_ops/__init__.py': '',
    });
    const args = [folder, '--variant', 'own', '--runner', 'local', '--out', join(root, 'o u t'), '--json'];
    const { stdout } = await execa(
      process.execPath,
      [nx, 'run', 'cli:build-wheel', '--excludeTaskDependencies', '--', ...args],
      { cwd: repositoryRoot, env: { NX_DAEMON: 'false', FORCE_COLOR: '0' } },
    );
    expect(stdout).toContain(`"wheel": "${join(root, 'o u t', 'demo_ops-1.2-py3-none-any.whl')}"`);
    expect(stdout).toContain('"variant": "own"');
  }, 120_000);

  it('answers from the cache only where no argument leads to files that it does not know', async () => {
    const plain = { overrides: { __overrides_unparsed__: [] } };
    const withArguments = { overrides: { __overrides_unparsed__: ['../mine'] } };
    expect((await hash(plain, context)).value).toBe('123');
    const [first, second] = [await hash(withArguments, context), await hash(withArguments, context)];
    expect(first.value).not.toBe(second.value);
    expect(first.value).not.toBe('123');
  });

  it('names the example’s wheel and artifact as its outputs, and the commit as an input', async () => {
    const manifest = JSON.parse(
      await readFile(join(repositoryRoot, 'packages/cli/package.json'), 'utf8'),
    ) as {
      nx: { targets: { 'build-wheel': { inputs: unknown[]; outputs: string[] } } };
    };
    const { inputs, outputs } = manifest.nx.targets['build-wheel'];
    expect(inputs).toContainEqual({ runtime: 'node tools/nx/commit.mjs' });
    expect(outputs).toContain('{workspaceRoot}/dist/simpledet_ops-*.whl');
  });
});
