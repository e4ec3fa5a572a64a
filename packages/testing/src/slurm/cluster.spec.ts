import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeIf } from '../requirement.js';
import { temporaryFolder } from '../temporary-folder.js';
import { slurmRequirements, startSlurm, type SlurmCluster } from './cluster.js';

const folder = await temporaryFolder('slurm-script');

describeIf([...slurmRequirements, { program: 'ps' }], 'startSlurm', () => {
  let cluster: SlurmCluster;

  beforeAll(async () => {
    cluster = await startSlurm();
  });
  afterAll(() => cluster.stop());

  it('has two nodes, and loses what runs on one that dies', async () => {
    const script = join(folder, 'sleeper.sh');
    await writeFile(script, `#!/bin/sh\nsleep 53987.${process.pid}\n`);
    await cluster.ask('sbatch', [
      ...['--no-requeue', '--chdir=/', '--output=/dev/null', '--nodelist=n2', script],
    ]);
    const states = (): Promise<string> => cluster.ask('squeue', ['-h', '--states=all', '-o', '%T %N']);
    while ((await states()) !== 'RUNNING n2') await delay(100);
    // The controller calls it running before its script has begun.
    const sleeps = (): boolean =>
      execFileSync('ps', ['-eo', 'args']).toString().includes(`sleep 53987.${process.pid}`);
    while (!sleeps()) await delay(100);
    await cluster.killNode('n2');
    await delay(200);
    expect(await states()).toBe('NODE_FAIL n2');
    expect(sleeps()).toBe(false);
    await cluster.startNode('n2');
    expect((await cluster.ask('sinfo', ['-h', '-N', '-o', '%N %T'])).split('\n')).toEqual([
      'n1 idle',
      'n2 idle',
    ]);
  }, 30_000);
});
