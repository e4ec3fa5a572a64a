import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import {
  describeIf,
  repositoryRoot,
  s3Requirement,
  startS3Server,
  temporaryFolder,
  type Requirement,
} from '@wheelwright/testing';
import { execa } from 'execa';
import { loadProject } from './config/load.js';
import { lineOf, readGuide } from './testing/guide.js';

const root = await temporaryFolder('guides');
const server = await startS3Server();

/** The programs by their names, as an installation puts them on PATH. */
const bin = join(root, 'bin');
await mkdir(bin);
for (const name of ['wheelwright', 'wheelwright-artifact']) {
  await symlink(join(repositoryRoot, `packages/cli/bin/${name}.js`), join(bin, name));
}

/** A first build installs zig and compiles its C++ runtime. */
const COLD = 300_000;

const isX86 = { met: process.arch === 'x64', reason: 'the guide is for x86_64' };
const guides: readonly (readonly [
  name: string,
  buckets: readonly string[],
  needs: readonly Requirement[],
])[] = [
  ['custom-mxnet', [], [{ program: 'git' }, isX86]],
  ['shared-objects-to-s3', ['my-wheels'], [{ program: 'gcc' }, isX86, s3Requirement]],
  ['artifacts-in-ci', ['my-artifacts'], [{ program: 'gcc' }, { program: 'unzip' }, isX86, s3Requirement]],
];

for (const [name, buckets, needs] of guides) {
  describeIf([...needs], `docs/guides/${name}.md`, () => {
    it(
      'does what it says, command by command',
      async () => {
        const { steps } = await readGuide(name);
        expect(steps.length).toBeGreaterThan(3);
        for (const bucket of buckets) await server!.makeBucket(bucket);
        const folder = join(root, name);
        await mkdir(folder);
        // One shell runs them all, so that a variable or a folder of one step is there in the next.
        // What it left running would hold its output open, and a failed guide would never end.
        const script = `trap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n`.concat(
          steps.map(({ commands }, step) => `echo "=== ${step}"\n${commands}`).join('\n'),
        );
        await writeFile(join(root, `${name}.sh`), script);
        const { exitCode, all } = await execa('bash', ['-euo', 'pipefail', join(root, `${name}.sh`)], {
          cwd: folder,
          reject: false,
          all: true,
          timeout: COLD - 30_000,
          env: {
            ...server?.environment,
            PATH: `${bin}:${process.env['PATH'] ?? ''}`,
            GIT_CEILING_DIRECTORIES: root,
            NODE_OPTIONS: '',
          },
        });
        // The output is what a reader needs to see when a command of the page no longer does what it did.
        if (exitCode !== 0) throw new Error(`exit code ${exitCode} behind\n${all}`);
        const outputs = all.split(/^=== \d+\n/m).slice(1);
        expect(outputs).toHaveLength(steps.length);
        for (const [step, { output }] of steps.entries()) {
          for (const shown of output) {
            const lines = outputs[step]!.split('\n');
            if (!lines.some((line) => lineOf(shown).test(line))) {
              throw new Error(`"${shown}" is not in the output of step ${step}:\n${outputs[step]!}`);
            }
          }
        }
      },
      COLD,
    );

    it('shows configurations that are read without a complaint', async () => {
      for (const [place, text] of (await readGuide(name)).configurations.entries()) {
        const folder = join(root, `${name}-${place}`);
        await mkdir(folder);
        await writeFile(join(folder, 'pyproject.toml'), text);
        expect(await loadProject(folder)).toBeDefined();
      }
    });
  });
}
