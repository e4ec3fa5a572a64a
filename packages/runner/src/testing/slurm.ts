import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll } from '@jest/globals';
import {
  slurmMemoryRequirement,
  slurmRequirements,
  startSlurm,
  type SlurmCluster,
} from '@wheelwright/testing';
import type { Runner, Surroundings } from '../runner/runner.js';
import type { SlurmSettings } from '../runner/slurm/settings.js';
import { slurmRunner } from '../runner/slurm/slurm.js';
import type { RunnerUnderTest } from './runners.js';

let cluster: SlurmCluster | undefined;
/** The folders that jobs may have left something in. */
const shares = new Set<string>();

function environment(): Readonly<Record<string, string | undefined>> {
  return { ...process.env, ...cluster?.environment };
}

/** A runner that knows a cluster which whoever asks knows nothing of. */
export function onCluster(conf: () => Surroundings['environment'], settings: SlurmSettings): Runner {
  const runner = slurmRunner(settings);
  return { ...runner, survey: (caller, signal) => runner.survey({ ...caller, ...conf() }, signal) };
}

/** A cluster of two nodes on this machine. */
export const slurm: RunnerUnderTest = {
  name: 'slurm',
  requirements: [...slurmRequirements, { program: 'ps' }, { program: 'gcc' }, { program: 'g++' }],
  arrange: () => {
    beforeAll(async () => {
      cluster = await startSlurm();
    });
    afterAll(() => cluster?.stop());
  },
  create: (shared) => {
    shares.add(shared);
    return onCluster(environment, { shared, memory: '256M' });
  },
  toolchain: 'host',
  memory: { ...slurmMemoryRequirement, limited: (script) => script },
  leftovers: async () => {
    // A job that has ended is listed until its node has said so to the controller: on a busy machine for seconds.
    const folders = [...shares].map((shared) => join(shared, 'jobs')).filter(hasEntries);
    let jobs = listedJobs();
    for (let asked = 1; asked < SETTLED && jobs.length > 0; asked += 1) {
      await setTimeout(250);
      jobs = listedJobs();
    }
    return [...folders, ...jobs];
  },
  absences: [
    {
      what: 'a configuration',
      create: () => slurmRunner({ shared: '/' }),
      environment: (folder) => ({ ...process.env, SLURM_CONF: join(folder, 'none.conf') }),
      code: 'engine-missing',
    },
    {
      what: 'a client',
      create: () => slurmRunner({ shared: '/' }),
      environment: (folder) => ({ PATH: folder }),
      code: 'tool-missing',
    },
  ],
};

/** Four a second. Whatever runs on after that was left to itself: no job of a test is as long. */
const SETTLED = 60;

function listedJobs(): readonly string[] {
  const list = execFileSync('squeue', ['-h', '-o', '%i'], { env: environment(), encoding: 'utf8' });
  return list.split('\n').filter((line) => line !== '');
}

function hasEntries(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).length > 0;
}
