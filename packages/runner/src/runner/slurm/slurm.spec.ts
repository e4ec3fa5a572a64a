import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  describeIf,
  slurmAccountingRequirements,
  slurmMemoryRequirement,
  slurmRequirements,
  startSlurm,
  temporaryFolder,
  type SlurmCluster,
} from '@wheelwright/testing';
import { JobBench } from '../../testing/job-bench.js';
import { onCluster } from '../../testing/slurm.js';
import type { Runner } from '../runner.js';
import { SlurmClient } from './client.js';
import { Queue } from './queue.js';
import { slurmRunner } from './slurm.js';

// How its jobs end, and what comes out of them, is in the suite of all runners: ../../conformance.

const shared = await temporaryFolder('slurm');
let cluster: SlurmCluster;
let runner: Runner;
let bench: JobBench;

const there = (): Record<string, string> => ({ ...cluster.environment, SBATCH_PARTITION: 'nowhere' });

describeIf([...slurmRequirements, { program: 'ps' }], 'slurmRunner', () => {
  beforeAll(async () => {
    cluster = await startSlurm();
    runner = onCluster(there, { shared });
  });
  afterAll(() => cluster.stop());
  beforeEach(async () => {
    bench = await JobBench.below(shared);
  });

  it('gives steps nothing but their own environment, and leaves no job behind', async () => {
    const steps = [bench.step(['env'], { MINE: 'x' })];
    expect(await bench.run(runner, steps)).toEqual({ status: 'done' });
    const { PATH = '' } = process.env;
    expect(bench.tail.split('\n').sort()).toEqual(['', 'MINE=x', `PATH=${PATH}`].sort());
    expect(await readdir(join(shared, 'jobs'))).toEqual([]);
  });

  it('submits as one array what comes together, and each has its own end', async () => {
    const benches = [bench, await JobBench.below(shared), await JobBench.below(shared)];
    const scripts = ['exit 7', 'kill -SEGV $$', 'exit 0'];
    const ends = await Promise.all(
      benches.map((each, index) => each.run(runner, [each.sh(scripts[index] ?? '')])),
    );
    expect(ends).toMatchObject([{ exitCode: 7 }, { signal: 'SIGSEGV' }, { status: 'done' }]);
    const ids = benches.flatMap(({ places }) => places.map((place) => /job (\d+)_\d/.exec(place)?.[1]));
    expect(ids.length).toBeGreaterThanOrEqual(3);
    expect(new Set(ids).size).toBe(1);
  });

  it('tells that its node was lost', async () => {
    const lost = bench.run(runner, [bench.sh('echo up; sleep 600')]);
    while (!bench.places.some((place) => place.includes(' on '))) await delay(100);
    const [, node = ''] = / on (n\d)/.exec(bench.places.join('\n')) ?? [];
    await cluster.killNode(node);
    await expect(lost).rejects.toMatchObject({ code: 'node-lost' });
    await cluster.startNode(node);
  });

  it('tells that somebody else cancelled it', async () => {
    const theirs = bench.run(runner, [bench.sh('echo up; sleep 600')]);
    while (bench.said === 0) await delay(100);
    const [, id = ''] = /job (\S+)/.exec(bench.places.join('\n')) ?? [];
    await cluster.ask('scancel', [id]);
    await expect(theirs).rejects.toMatchObject({ code: 'engine-lost', hint: 'somebody cancelled it' });
  });

  it('refuses a folder that is not shared, and what the cluster does not have', async () => {
    const elsewhere = onCluster(there, { shared: join(shared, 'elsewhere') });
    await expect(bench.run(elsewhere, [bench.sh('true')])).rejects.toMatchObject({ code: 'bad-request' });
    for (const more of [{ partition: 'nowhere' }, { memory: '9T' }]) {
      const refused = bench.run(onCluster(there, { shared, ...more }), [bench.sh('true')]);
      await expect(refused).rejects.toMatchObject({ code: 'bad-request' });
    }
    expect(() => slurmRunner({ shared, partition: '--wrap=x' })).toThrow(/partition/);
  });

  describeIf([slurmMemoryRequirement], 'on nodes that hold jobs to their memory', () => {
    it('tells that it was the memory also where a driver outlives its compiler', async () => {
      const eat = 'x=$(head -c 90000000 /dev/zero | tr "\\0" x); y="$x$x"';
      const small = onCluster(there, { shared, memory: '64M' });
      const end = await bench.run(small, [bench.sh('sh -c "$1"; exit 4', eat)]);
      expect(end).toMatchObject({ status: 'failed', exitCode: 4, reason: 'out-of-memory' });
    });
  });

  it('goes on without its controller for a while, and says when there is none', async () => {
    const running = bench.run(runner, [bench.sh('echo up; sleep 2; echo end > e')]);
    while (bench.said === 0) await delay(100);
    await cluster.stopController();
    expect(await running).toEqual({ status: 'done' });
    expect(await readFile(join(bench.source, 'e'), 'utf8')).toBe('end\n');
    // A client that isn't told better asks for as long as its controller may take.
    const impatient = join(shared, 'impatient.conf');
    const conf = await readFile(cluster.environment.SLURM_CONF, 'utf8');
    await writeFile(impatient, `${conf}MessageTimeout=2\n`);
    const survey = slurmRunner({ shared }).survey({ ...process.env, SLURM_CONF: impatient });
    await expect(survey).rejects.toMatchObject({ code: 'engine-missing' });
    await cluster.startController();
  }, 60_000);
});

describe('slurmRunner, with accounting', () => {
  describeIf([...slurmRequirements, ...slurmAccountingRequirements], 'over a slurmdbd', () => {
    beforeAll(async () => {
      cluster = await startSlurm({ accounting: true });
      runner = onCluster(there, { shared });
    }, 60_000);
    afterAll(() => cluster.stop());

    it('asks it for what the controller has forgotten', async () => {
      const jobs = await Promise.all([JobBench.below(shared), JobBench.below(shared)]);
      const scripts = ['exit 0', 'echo up; sleep 600'];
      const ends = jobs.map((each, index) => each.run(runner, [each.sh(scripts[index] ?? '')]));
      expect(await ends[0]).toEqual({ status: 'done' });
      while (jobs[1].said === 0) await delay(100);
      const [first = '', second = ''] = jobs.map(({ places }) => /\d+_\d/.exec(places.join())?.[0]);
      await cluster.ask('scancel', [second]);
      await expect(ends[1]).rejects.toMatchObject({ code: 'engine-lost', hint: 'somebody cancelled it' });
      const accounts = async (): Promise<string> => cluster.ask('sacct', ['-nXP', '--format=JobID,State']);
      while (!/COMPLETED/.test(await accounts()) || !/CANCELLED/.test(await accounts())) await delay(200);
      await cluster.forgetJobs();
      const client = new SlurmClient({ ...process.env, ...cluster.environment });
      const [, name = ''] = /^(.*)$/m.exec(await cluster.ask('sacct', ['-nXP', '--format=JobName'])) ?? [];
      expect(await new Queue(client, name, false).look(first)).toBeUndefined();
      const queue = new Queue(client, name, true);
      expect(await queue.look(first)).toMatchObject({ state: 'COMPLETED', exitCode: 0 });
      expect(await queue.look(second)).toMatchObject({
        state: 'CANCELLED',
        node: expect.stringMatching(/^n\d$/),
      });
    }, 60_000);
  });
});
