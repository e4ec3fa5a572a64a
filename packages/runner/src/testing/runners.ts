import { join } from 'node:path';
import type { Requirement } from '@wheelwright/testing';
import type { RunnerErrorCode } from '../error.js';
import { dockerRunner } from '../runner/docker/docker.js';
import { localRunner } from '../runner/local.js';
import type { Runner, Surroundings } from '../runner/runner.js';
import { engineWith, IMAGE, ownContainers, SMALL } from './engine.js';
import { smallMemoryCgroup } from './memory-cgroup.js';
import { slurm } from './slurm.js';
import type { ToolchainName } from '../toolchain/toolchain.js';

/** All that the conformance suite has to know of a runner. A runner is in the suite once it's in the list below. */
export interface RunnerUnderTest {
  readonly name: string;
  readonly requirements: readonly Requirement[];
  /** @param shared - the folder in which workspaces lie, as a runner needs it whose place isn't this host */
  readonly create: (shared: string) => Runner;
  /** Called in a group of tests: has the runner's place there while they run. */
  readonly arrange?: () => void;
  /** With what it compiles C. */
  readonly toolchain: ToolchainName;
  /** How a script gets into the limit of memory (256 MB or less), and what that takes. */
  readonly memory: Requirement & { readonly limited: (script: string) => string };
  /** What is left of this process's jobs, besides processes of this host: containers, jobs of a queue ... */
  readonly leftovers: () => readonly string[] | Promise<readonly string[]>;
  /** The ways in which its place may not be there. */
  readonly absences: readonly Absence[];
}

/** A place that isn't there: a name for it, a runner for it, and the code of the error. */
export interface Absence {
  readonly what: string;
  readonly create: () => Runner;
  /** The environment of the caller; `folder` has nothing in it. */
  readonly environment?: (folder: string) => Surroundings['environment'];
  readonly code: RunnerErrorCode;
}

const itself = (script: string): string => script;
const procs = smallMemoryCgroup();

const local: RunnerUnderTest = {
  name: 'local',
  requirements: [{ program: 'ps' }, { program: 'gcc' }, { program: 'g++' }],
  create: () => localRunner,
  toolchain: 'host',
  memory: {
    met: procs !== undefined,
    reason: 'a limit of memory takes a cgroup, which only root may make',
    limited: (script) => `echo $$ > ${procs ?? ''}; ${script}`,
  },
  leftovers: () => [],
  absences: [],
};

const docker: RunnerUnderTest = {
  name: 'docker',
  requirements: [engineWith(IMAGE), { program: 'ps' }],
  create: () => dockerRunner({ image: IMAGE, ...SMALL }),
  toolchain: 'gcc',
  memory: { met: true, reason: '', limited: itself },
  leftovers: ownContainers,
  absences: [
    {
      what: 'an engine',
      create: () => dockerRunner({ image: IMAGE }),
      environment: (folder) => ({ ...process.env, DOCKER_HOST: `unix://${join(folder, 'none.sock')}` }),
      code: 'engine-missing',
    },
    {
      what: 'an image',
      create: () => dockerRunner({ image: 'no-such-image:1' }),
      code: 'image-missing',
    },
    {
      what: 'a client',
      create: () => dockerRunner({ image: IMAGE }, 'no-such-engine'),
      code: 'tool-missing',
    },
  ],
};

export const RUNNERS: readonly RunnerUnderTest[] = [local, docker, slurm];
