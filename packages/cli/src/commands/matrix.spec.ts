import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  describeIf,
  slurmRequirements,
  startSlurm,
  temporaryFolder,
  type SlurmCluster,
} from '@wheelwright/testing';
import { pyproject, writeProject } from '../testing/project.js';
import { wheelwright } from '../testing/terminal.js';

const root = await temporaryFolder('matrix');
const gcc = [{ program: 'gcc' }, { program: 'g++' }];

interface Document {
  readonly schema: string;
  readonly seconds: number;
  readonly cells: readonly {
    name: string;
    status: string;
    libraries: string[];
    log: string;
    message?: string;
  }[];
}

/** Four variants, each with an overlay of its own, and as many Pythons as are named. */
function project(
  name: string,
  pythons: readonly string[],
  command: readonly string[],
  more = '',
): Promise<string> {
  const variants = ['v1', 'v2', 'v3', 'v4'];
  const tables = variants.map(
    (word) => `[tool.wheelwright.variants.${word}]\noverlays = [{ path = "${word}" }]\n`,
  );
  const text = `
[tool.wheelwright]
libraries = [{ from = "*.so" }]
[tool.wheelwright.source]
path = "base"
[tool.wheelwright.compile]
toolchain = "host"
command = ${JSON.stringify(command)}
pythons = ${JSON.stringify(pythons)}
${more}
${tables.join('')}`;
  return writeProject(root, name, {
    'pyproject.toml': pyproject(text),
    'base/answer.c': '#include "variant.h"\nint answer(void) { return VARIANT; }\n',
    ...Object.fromEntries(
      variants.map((word) => [`${word}/variant.h`, `#define VARIANT ${word.slice(1)}\n`]),
    ),
  });
}

const BUILD = ['gcc', '-shared', '-fPIC', '-o', 'answer.so', 'answer.c'];

async function matrix(folder: string, ...args: string[]): Promise<Document & { exitCode: number }> {
  const cache = { WHEELWRIGHT_CACHE: join(folder, 'cache'), SLURM_CONF: process.env['TEST_SLURM_CONF'] };
  const { exitCode, stdout, stderr } = await wheelwright(folder, ['matrix', '--json', ...args], cache);
  if (stdout === '') throw new Error(stderr);
  return { ...(JSON.parse(stdout) as Document), exitCode };
}

const tally = ({ cells }: Document): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { status } of cells) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

describeIf(gcc, 'matrix on this host', () => {
  it('plans, compiles, takes from the cache, and rebuilds what an overlay changes', async () => {
    const folder = await project('local', ['3.8', '3.11'], BUILD);
    expect(tally(await matrix(folder, '--dry-run'))).toEqual({ planned: 8 });
    expect(await readdir(folder)).not.toContain('dist');
    const first = await matrix(folder);
    expect(first).toMatchObject({ schema: 'wheelwright/matrix@1', exitCode: 0 });
    expect(tally(first)).toEqual({ compiled: 8 });
    expect(first.cells[0]?.libraries).toEqual([join(folder, 'dist/matrix/v1-cp38/libraries/answer.so')]);
    expect(tally(await matrix(folder))).toEqual({ cached: 8 });
    await writeFile(join(folder, 'v3/variant.h'), '#define VARIANT 33\n');
    const { cells } = await matrix(folder);
    const compiled = cells.filter(({ status }) => status === 'compiled').map(({ name }) => name);
    expect(compiled).toEqual(['v3-cp38', 'v3-cp311']);
  }, 60_000);

  it('goes on when a cell fails, tries it again, and with --resume does not', async () => {
    const folder = await project('failing', [], BUILD);
    await writeFile(join(folder, 'v2/variant.h'), 'int {\n');
    const first = await matrix(folder);
    expect(first.exitCode).toBe(6);
    expect(first.cells.map(({ status }) => status)).toEqual(['compiled', 'failed', 'compiled', 'compiled']);
    expect(first.cells[1]).toMatchObject({ message: expect.stringContaining('exit code 1') });
    expect(await readdir(join(folder, 'cache/logs'))).not.toEqual([]);
    const before = await readFileTime(first.cells[1]!.log);
    expect(tally(await matrix(folder, '--resume'))).toEqual({ cached: 3, failed: 1 });
    expect(await readFileTime(first.cells[1]!.log)).toBe(before);
    expect((await matrix(folder)).exitCode).toBe(6);
    expect(await readFileTime(first.cells[1]!.log)).not.toBe(before);
    const { exitCode, stdout } = await wheelwright(folder, ['matrix'], {
      WHEELWRIGHT_CACHE: join(folder, 'cache'),
    });
    expect(exitCode).toBe(6);
    expect(stdout).toMatch(/4 cells in .* s: 3 cached, 1 failed/);
  }, 60_000);
});

describeIf(
  [...gcc, { met: process.arch === 'x64', reason: 'the target is for x86_64' }],
  'a cell of a matrix that misses its target',
  () => {
    it('is an exit code of 1, beside cells that meet it; the next run says so again', async () => {
      const folder = await project('missed', [], BUILD);
      // glibc has it since 2.25, for which there is no policy.
      const newer = '#define VARIANT (getentropy(0, 0) + 2)\nint getentropy(void *, unsigned long);\n';
      await writeFile(join(folder, 'v2/variant.h'), newer);
      for (const status of ['compiled', 'cached']) {
        const run = await matrix(folder, '--platform', 'manylinux2014_x86_64');
        expect(run.cells.map((cell) => cell.status)).toEqual([status, 'missed', status, status]);
        expect(run.exitCode).toBe(1);
        expect(run.cells[1]?.message).toBe(
          'it does not meet manylinux2014_x86_64: it is manylinux_2_26_x86_64',
        );
      }
    }, 60_000);
  },
);

async function readFileTime(path: string): Promise<number> {
  const { stat } = await import('node:fs/promises');
  return (await stat(path)).mtimeMs;
}

describeIf([...gcc, ...slurmRequirements], 'matrix on Slurm', () => {
  let cluster: SlurmCluster;
  beforeAll(async () => {
    cluster = await startSlurm();
    process.env['TEST_SLURM_CONF'] = cluster.environment.SLURM_CONF;
  });
  afterAll(() => cluster.stop());

  it('finishes 12 cells on two nodes of which one is killed half-way; the second run compiles nothing', async () => {
    const script = 'sleep 1; exec gcc -shared -fPIC -o answer.so answer.c';
    const place = 'runner = "slurm"\nshared = "shared"';
    const folder = await project('slurm', ['3.8', '3.10', '3.12'], ['sh', '-c', script], place);
    const running = matrix(folder);
    const nodes = async (): Promise<string> => cluster.ask('squeue', ['-h', '-r', '-t', 'R', '-o', '%N']);
    while (!/n1[^]*n2|n2[^]*n1/.test(await nodes())) await delay(50);
    await cluster.killNode('n2');
    const first = await running;
    expect(first.cells.filter(({ status }) => status !== 'compiled')).toEqual([]);
    expect({ exitCode: first.exitCode, cells: first.cells.length }).toEqual({ exitCode: 0, cells: 12 });
    expect(await cluster.ask('squeue', ['-h', '--states=all', '-o', '%T'])).toContain('NODE_FAIL');
    const second = await matrix(folder);
    expect(tally(second)).toEqual({ cached: 12 });
    expect(second.seconds).toBeLessThan(3);
    expect(await cluster.ask('squeue', ['-h'])).toBe('');
    await writeFile(join(folder, 'v4/variant.h'), '#define VARIANT 44\n');
    const third = await matrix(folder);
    expect(tally(third)).toEqual({ cached: 9, compiled: 3 });
    expect(third.cells.filter(({ status }) => status === 'compiled').map(({ name }) => name)).toEqual([
      ...['v4-cp38', 'v4-cp310', 'v4-cp312'],
    ]);
  }, 120_000);
});
