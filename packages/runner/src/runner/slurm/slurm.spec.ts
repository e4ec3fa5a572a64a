import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import {
  describeIf,
  slurmRequirements,
  startSlurm,
  temporaryFolder,
  type SlurmCluster,
} from '@wheelwright/testing';
import type { Job, JobResult, Runner, Step } from '../runner.js';
import { slurmRunner } from './slurm.js';

const shared = await temporaryFolder('slurm');

describeIf([...slurmRequirements, { program: 'ps' }], 'slurmRunner', () => {
  let cluster: SlurmCluster;
  let runner: Runner;
  let folder: string;
  let [said, tail]: [number, string] = [0, ''];
  let places: string[];
  let count = 0;

  beforeAll(async () => {
    cluster = await startSlurm();
    runner = slurmRunner({ shared });
    await runner.survey({ ...process.env, ...cluster.environment, SBATCH_PARTITION: 'nowhere' });
  });
  afterAll(() => cluster.stop());
  beforeEach(async () => {
    folder = join(shared, `workspace ${count++}`);
    await mkdir(folder);
    [said, tail, places] = [0, '', []];
  });

  const step = (command: Step['command'], env: Step['env'] = {}): Step => ({
    name: 'build',
    command,
    folder,
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
  const sh = (script: string, ...args: string[]): Step => step(['sh', '-c', script, 'sh', ...args]);
  const mark = (number: number): string => `${52_000 + number}.${process.pid}`;
  const left = (word: string): string[] =>
    execFileSync('ps', ['-eo', 'stat,args'], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.includes(word) && !/^Z/.test(line));

  function run(
    steps: readonly Step[],
    more: Partial<Job> & { signal?: AbortSignal; onOutput?: () => void } = {},
  ): Promise<JobResult> {
    const { signal, onOutput, ...rest } = more;
    return runner.run(
      { steps, workspace: folder, ...rest },
      {
        signal,
        onStep: () => undefined,
        onPlace: (place) => places.push(place),
        onOutput: (chunk) => {
          said += chunk.length;
          tail = (tail + chunk.toString()).slice(-10_000);
          onOutput?.();
        },
      },
    );
  }

  it('runs steps in order, in their folder, with nothing but their own environment', async () => {
    expect(await run([sh('echo one > a'), step(['cat', 'a']), step(['env'], { MINE: 'x' })])).toEqual({
      status: 'done',
    });
    expect(tail).toMatch(/^one\n/);
    expect(tail.split('\n').slice(1).sort()).toEqual(
      ['', 'MINE=x', `PATH=${process.env['PATH'] ?? ''}`].sort(),
    );
    expect(await readdir(join(shared, 'jobs'))).toEqual([]);
  }, 30_000);

  it('tells exit codes, signals, and programs that are not there', async () => {
    const [code, signal, missing] = await Promise.allSettled([
      run([sh('exit 7'), sh('touch later')]),
      run([sh('kill -SEGV $$')]),
      run([step(['no-such-program'])]),
    ]);
    expect(code).toMatchObject({ value: { status: 'failed', step: 'build', exitCode: 7 } });
    expect(signal).toMatchObject({ value: { status: 'failed', signal: 'SIGSEGV' } });
    expect(missing).toMatchObject({ reason: { code: 'tool-missing' } });
    expect(await readdir(folder)).toEqual([]);
    // They came together: one array.
    const ids = places.map((place) => /job (\d+)_\d/.exec(place)?.[1]);
    expect(new Set(ids).size).toBe(1);
  }, 30_000);

  it('never makes a command or an option of a word', async () => {
    const words = [
      '; touch x',
      '$(touch x)',
      '`touch x`',
      'a\ntouch x\n',
      '\\n\\',
      '--',
      '-v',
      '*',
      '"',
      "'",
      ' ',
      '',
    ];
    const before = await readdir(folder);
    await run([step(['printf', '<%s>', ...words]), step(['printenv', 'W'], { W: words.join('') })]);
    expect(tail).toBe(`${words.map((word) => `<${word}>`).join('')}${words.join('')}\n`);
    expect(await readdir(folder)).toEqual(before);
  }, 30_000);

  it('ends what takes too long, what is cancelled, and what outlives its step', async () => {
    const controller = new AbortController();
    const trap = 'trap "" TERM; sleep "$1" & echo up; while :; do sleep 1; done';
    const abort = (): void => {
      controller.abort();
    };
    const [late, cancelled, fork] = await Promise.all([
      run([sh('sleep "$1"', mark(1))], { timeLimit: 1 }),
      run([sh(trap, mark(2))], { signal: controller.signal, onOutput: abort }),
      run([sh('sleep "$1" & true', mark(3))]),
    ]);
    expect(late).toMatchObject({ status: 'failed', reason: 'time-limit' });
    expect(cancelled).toEqual({ status: 'cancelled' });
    expect(fork).toEqual({ status: 'done' });
    await delay(500);
    expect([...left(mark(1)), ...left(mark(2)), ...left(mark(3))]).toEqual([]);
    expect(await cluster.ask('squeue', ['-h'])).toBe('');
  }, 60_000);

  it('streams 100 MB of log', async () => {
    expect(await run([sh('head -c 100000000 /dev/zero')])).toEqual({ status: 'done' });
    expect(said).toBe(100_000_000);
  }, 60_000);

  it('tells that its node was lost, and that somebody cancelled it', async () => {
    const lost = run([sh('echo up; sleep "$1"', mark(4))]);
    while (!places.some((place) => place.includes(' on '))) await delay(100);
    const [, node = ''] = / on (n\d)/.exec(places.join('\n')) ?? [];
    await cluster.killNode(node);
    await expect(lost).rejects.toMatchObject({ code: 'node-lost' });
    await cluster.startNode(node);
    const theirs = run([sh('sleep "$1"', mark(5))], { onOutput: () => undefined });
    await delay(1500);
    await cluster.ask('scancel', [
      '--user=root',
      '--name',
      (await cluster.ask('squeue', ['-h', '-o', '%j'])).trim(),
    ]);
    await expect(theirs).rejects.toMatchObject({ code: 'engine-lost' });
  }, 60_000);

  it('refuses a folder that is not shared, and a partition that is not there', async () => {
    await expect(
      runner.run(
        { steps: [sh('true')], workspace: '/' },
        { onStep: () => undefined, onOutput: () => undefined },
      ),
    ).rejects.toMatchObject({ code: 'bad-request' });
    const other = slurmRunner({ shared, partition: 'nowhere' });
    await other.survey({ ...process.env, ...cluster.environment });
    await expect(
      other.run(
        { steps: [sh('true')], workspace: folder },
        { onStep: () => undefined, onOutput: () => undefined },
      ),
    ).rejects.toMatchObject({ code: 'bad-request', message: expect.stringContaining('artition') });
    expect(() => slurmRunner({ shared, partition: '--wrap=x' })).toThrow(/partition/);
  }, 30_000);

  const isRoot = process.getuid?.() === 0;
  (isRoot ? it : it.skip)(
    'tells that the shared folder is full [root may mount one]',
    async () => {
      const small = join(shared, 'small');
      await mkdir(small);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', small]);
      try {
        const full = slurmRunner({ shared: small });
        await full.survey({ ...process.env, ...cluster.environment });
        const steps = [{ ...sh('head -c 5000000 /dev/zero > big'), folder: small }];
        const watcher = { onStep: () => undefined, onOutput: () => undefined };
        const job = { steps, workspace: small };
        await expect(full.run(job, watcher)).rejects.toMatchObject({ code: 'no-space' });
        await expect(full.run(job, watcher)).rejects.toMatchObject({ code: 'no-space' });
        expect((await readdir(small)).sort()).toEqual(['big', 'jobs']);
      } finally {
        execFileSync('umount', [small]);
      }
    },
    30_000,
  );

  it('goes on without its controller for a while, and says when there is none', async () => {
    const running = run([sh('echo up; sleep 2; echo end > e')]);
    while (said === 0) await delay(100);
    await cluster.stopController();
    expect(await running).toEqual({ status: 'done' });
    expect(await readFile(join(folder, 'e'), 'utf8')).toBe('end\n');
    const none = join(shared, 'none.conf');
    await writeFile(
      none,
      (await readFile(cluster.environment.SLURM_CONF, 'utf8')).replace('MinJobAge', '# '),
    );
    await expect(slurmRunner({ shared }).survey({ ...process.env, SLURM_CONF: none })).rejects.toMatchObject({
      code: 'engine-missing',
    });
    await cluster.startController();
  }, 60_000);
});
