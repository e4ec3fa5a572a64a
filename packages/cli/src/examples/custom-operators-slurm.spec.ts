import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  describeIf,
  slurmRequirements,
  startSlurm,
  temporaryFolder,
  type SlurmCluster,
} from '@wheelwright/testing';
import { userFolders } from '../build/folders.js';
import { copyExample } from '../testing/repository.js';
import { wheelwright } from '../testing/terminal.js';

/** A first build installs zig and compiles its C++ runtime. */
const COLD = 300_000;
const root = await temporaryFolder('custom-operators-slurm');

describeIf(
  [{ program: 'cmake' }, { program: 'git' }, ...slurmRequirements],
  'examples/custom-operators on Slurm',
  () => {
    let cluster: SlurmCluster;
    beforeAll(async () => {
      cluster = await startSlurm();
    });
    afterAll(() => cluster.stop());

    it(
      'has the same bytes as on this host, by one flag',
      async () => {
        const folder = join(root, 'project');
        await copyExample('custom-operators', folder);
        const pyproject = join(folder, 'pyproject.toml');
        const shared = `runner = "local"\nshared = ${JSON.stringify(userFolders(process.env).cache)}`;
        await writeFile(pyproject, (await readFile(pyproject, 'utf8')).replace('runner = "local"', shared));
        const env = { ...process.env, ...cluster.environment };
        const bytes: Buffer[] = [];
        for (const runner of ['local', 'slurm']) {
          const args = ['compile', '--json', '--runner', runner, '--out', runner];
          const { exitCode, stdout, stderr } = await wheelwright(folder, args, env);
          expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
          const document = JSON.parse(stdout) as { libraries: { path: string }[]; platform: string };
          expect(document).toMatchObject({ runner, toolchain: 'zig', platform: 'manylinux_2_17_x86_64' });
          bytes.push(await readFile(document.libraries[0]?.path ?? ''));
        }
        expect(bytes[0]?.equals(bytes[1] ?? Buffer.alloc(0))).toBe(true);
      },
      COLD,
    );
  },
);
