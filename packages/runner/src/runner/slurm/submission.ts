import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RunnerError } from '../../error.js';
import { Gatherer, type Gathered } from '../gathering.js';
import type { Step } from '../runner.js';
import type { SlurmClient } from './client.js';
import { JOB_SCRIPT } from './job-script.js';
import type { SlurmSettings } from './settings.js';
import { FIRST_STATE, stepFile } from './step-file.js';

/** A job that the cluster has taken. */
export interface SubmittedJob {
  /** `17`, or `17_3` in an array. */
  readonly id: string;
  /** With its steps, logs and state, in the shared folder. */
  readonly folder: string;
}

/** Milliseconds: jobs that are submitted within this time become one array. */
const WINDOW = 100;
/** Slurm's own default bound (MaxArraySize) is 1001. */
const LARGEST = 500;

interface Waiting extends Gathered {
  readonly draft: string;
  readonly taken: (job: SubmittedJob) => void;
}

/** The options of sbatch; values are joined to them, so that none can be taken for another option. */
export function sbatchOptions(
  settings: SlurmSettings,
  name: string,
  timeLimit: number | undefined,
): string[] {
  const { partition, account, qos, constraint, memory, cpus = 1 } = settings;
  const asked = Object.entries({ partition, account, qos, constraint, mem: memory });
  return [
    ...['--parsable', '--export=NONE', '--no-requeue', '--chdir=/', `--job-name=${name}`],
    ...['--input=/dev/null', '--output=/dev/null', '--error=/dev/null'],
    ...['--nodes=1', '--ntasks=1', `--cpus-per-task=${cpus}`],
    ...asked.flatMap(([key, value]) => (value === undefined ? [] : [`--${key}=${value}`])),
    // Whole minutes, and more of them than we give it: this one is for when nobody is left to watch.
    ...(timeLimit === undefined ? [] : [`--time=${Math.ceil(timeLimit / 60) + 1}`]),
  ];
}

/** Hands jobs to the cluster, those that come together as one array. */
export class Submission {
  readonly #client: SlurmClient;
  readonly #settings: SlurmSettings;
  readonly #name: string;
  /** By the options of sbatch, joined. */
  readonly #waiting: Gatherer<string, Waiting>;

  constructor(client: SlurmClient, settings: SlurmSettings, name: string) {
    this.#client = client;
    this.#settings = settings;
    this.#name = name;
    this.#waiting = new Gatherer({
      window: WINDOW,
      hasRoom: (group) => group.length < LARGEST,
      send: (options, jobs) => this.#send(options.split('\0'), jobs),
    });
  }

  /** @throws {@link RunnerError} what the cluster refuses it for */
  async submit(steps: readonly Step[], timeLimit: number | undefined): Promise<SubmittedJob> {
    const draft = join(this.#settings.shared, 'jobs', `draft-${randomUUID()}`);
    await mkdir(draft, { recursive: true });
    try {
      for (const [index, step] of steps.entries()) {
        await writeFile(join(draft, `${index}.step`), stepFile(step));
        await writeFile(join(draft, `${index}.log`), '');
      }
      await writeFile(join(draft, 'state'), FIRST_STATE);
      const options = sbatchOptions(this.#settings, this.#name, timeLimit);
      return await new Promise<SubmittedJob>((taken, refused) => {
        this.#waiting.add(options.join('\0'), { draft, taken, refused });
      });
    } catch (error) {
      await rm(draft, { recursive: true, force: true });
      throw error;
    }
  }

  async #send(options: readonly string[], jobs: readonly Waiting[]): Promise<void> {
    const batch = join(this.#settings.shared, 'jobs', randomUUID());
    await mkdir(batch);
    const script = join(batch, 'job.sh');
    try {
      await writeFile(script, JOB_SCRIPT);
      for (const [index, { draft }] of jobs.entries()) await rename(draft, join(batch, String(index)));
      const array = jobs.length === 1 ? [] : [`--array=0-${jobs.length - 1}`];
      const answer = await this.#client.ask('sbatch', [...options, ...array, script, batch]);
      // With several clusters: `17;cluster`.
      const [id = ''] = answer.trim().split(';');
      if (!/^\d+$/.test(id))
        throw new RunnerError('engine-lost', `sbatch answered '${answer.trim()}', no job id`);
      for (const [index, { taken }] of jobs.entries()) {
        taken({ id: jobs.length === 1 ? id : `${id}_${index}`, folder: join(batch, String(index)) });
      }
    } catch (error) {
      await rm(batch, { recursive: true, force: true });
      throw error;
    }
  }
}
