import { access, readdir, rm, statfs } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isBelow } from '../../containment.js';
import { noSpace, RunnerError, withContext } from '../../error.js';
import type { Job, JobResult, JobWatcher, Runner, Surroundings } from '../runner.js';
import { fromShell, hasEnded, NO_FOLDER, NO_STATE, wasLost, type JobAccount } from './accounting.js';
import { SlurmClient } from './client.js';
import { JobFollower } from './follow.js';
import { Queue } from './queue.js';
import { checkSlurmSettings, type SlurmSettings } from './settings.js';
import type { JobState } from './step-file.js';
import { Submission, type SubmittedJob } from './submission.js';

/** Milliseconds between two looks at a job's folder, and at the controller's word. */
const LOOK = 100;
const ASK = 1_000;
/** How long the last of a state may take through the shared folder after the controller has called a job ended. */
const SETTLE = 5_000;

/**
 * Runs jobs through Slurm's clients, on a folder that this host and the nodes share. Jobs that are run at the same
 * time are submitted as one array. A job's steps, logs and state are files in the folder (docs/decisions/0019); the
 * controller is asked for what they can't say: that a node was lost, the time was over, somebody cancelled.
 *
 * @throws {@link RunnerError} `bad-request` for settings that aren't what they should be
 */
export function slurmRunner(settings: SlurmSettings): Runner {
  checkSlurmSettings(settings);
  const name = `wheelwright-${hostname()}-${process.pid}`;
  let cluster: Promise<Cluster> | undefined;
  return {
    name: 'slurm',
    async survey(environment) {
      await requireConfiguration(environment);
      const client = new SlurmClient(environment);
      const answer = await client.ask('scontrol', ['show', 'config']);
      const accounting = !/^AccountingStorageType\s*=\s*(accounting_storage\/none|\(null\))/m.test(answer);
      cluster ??= Promise.resolve({
        queue: new Queue(client, name, accounting),
        submission: new Submission(client, settings, name),
      });
      return { environment, isolated: false, cpus: settings.cpus ?? 1 } satisfies Surroundings;
    },
    async run(job, watcher) {
      if (cluster === undefined) await this.survey(process.env);
      if (cluster === undefined) throw new TypeError('survey leaves a cluster');
      try {
        return await runJob(await cluster, settings, job, watcher);
      } catch (error) {
        throw withContext(error);
      }
    },
  };
}

/** Slurm's clients look for a file that isn't there for a minute. */
async function requireConfiguration({ SLURM_CONF: path }: Surroundings['environment']): Promise<void> {
  if (path === undefined || path === '') return;
  await access(path).catch((cause: unknown) => {
    throw new RunnerError('engine-missing', `SLURM_CONF is ${path}, which can't be read`, {
      hint: 'name the slurm.conf of the cluster, or leave SLURM_CONF to the system',
      cause,
    });
  });
}

type FailedJob = Extract<JobResult, { status: 'failed' }>;

interface Cluster {
  readonly queue: Queue;
  readonly submission: Submission;
}

async function runJob(
  { queue, submission }: Cluster,
  settings: SlurmSettings,
  job: Job,
  watcher: JobWatcher,
): Promise<JobResult> {
  if (watcher.signal?.aborted === true) return { status: 'cancelled' };
  if (!isBelow(settings.shared, job.workspace)) {
    throw new RunnerError('bad-request', `${job.workspace} is not in the shared folder ${settings.shared}`, {
      hint: 'nodes see that folder only: keep the cache in it',
    });
  }
  const submitted = await submission.submit(job.steps, job.timeLimit);
  watcher.onPlace?.(`slurm: job ${submitted.id}`);
  try {
    return await new Watch(queue, settings, job, watcher, submitted).toTheEnd();
  } finally {
    await rm(submitted.folder, { recursive: true, force: true, maxRetries: 3 });
    // The last of an array takes the batch's folder along; the others find it in use.
    await removeBatch(dirname(submitted.folder));
  }
}

/** Removes a batch's folder once no job is in it. */
async function removeBatch(batch: string): Promise<void> {
  const left = await readdir(batch).catch(() => []);
  if (left.every((name) => name === 'job.sh')) await rm(batch, { recursive: true, force: true });
}

/** One job, from its submission to its end. */
class Watch {
  readonly #queue: Queue;
  readonly #settings: SlurmSettings;
  readonly #job: Job;
  readonly #watcher: JobWatcher;
  readonly #submitted: SubmittedJob;
  readonly #follower: JobFollower;
  #running: number | undefined;
  #asked = Date.now();
  #answered = Date.now();
  #place = '';
  #asking = false;
  #account: JobAccount | undefined;
  #failure: Error | undefined;

  constructor(queue: Queue, settings: SlurmSettings, job: Job, watcher: JobWatcher, submitted: SubmittedJob) {
    this.#queue = queue;
    this.#settings = settings;
    this.#job = job;
    this.#watcher = watcher;
    this.#submitted = submitted;
    const begin = (index: number): void => {
      // The time in the queue is not the job's.
      this.#running ??= Date.now();
      const step = job.steps[index];
      if (step !== undefined) watcher.onStep(step);
    };
    this.#follower = new JobFollower(submitted.folder, begin, watcher.onOutput);
  }

  async toTheEnd(): Promise<JobResult> {
    try {
      return await this.#watch();
    } catch (error) {
      // Whatever went wrong here, nothing of it runs on.
      await this.#queue.cancel(this.#submitted.id).catch(() => undefined);
      throw error;
    }
  }

  async #watch(): Promise<JobResult> {
    for (;;) {
      const state = await this.#follower.look();
      if (this.#watcher.signal?.aborted === true) {
        await this.#queue.cancel(this.#submitted.id);
        return { status: 'cancelled' };
      }
      const result = this.#resultOf(state);
      if (result !== undefined) {
        // What a step says of a full disk doesn't get into a log on the same disk.
        if (result.status === 'failed') await refuseFull(this.#settings.shared);
        return result.status === 'failed' ? await this.#confirm(result) : result;
      }
      const { timeLimit } = this.#job;
      if (
        timeLimit !== undefined &&
        this.#running !== undefined &&
        Date.now() - this.#running > timeLimit * 1000
      ) {
        await this.#queue.cancel(this.#submitted.id);
        await this.#follower.look();
        return { ...this.#failed(), reason: 'time-limit' };
      }
      this.#inquire();
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#account !== undefined && hasEnded(this.#account)) return this.#settle(this.#account);
      await sleep(LOOK);
    }
  }

  /** Asks the controller beside the watching: a controller that is away takes its time, and the job goes on. */
  #inquire(): void {
    if (this.#asking || Date.now() - this.#asked < ASK) return;
    this.#asking = true;
    void this.#ask()
      .then(
        (account) => {
          this.#account = account;
        },
        (error: unknown) => {
          this.#failure = error instanceof Error ? error : new Error(String(error));
        },
      )
      .finally(() => {
        this.#asking = false;
      });
  }

  /**
   * A failure may be Slurm's doing: its own time limit, a lost node, somebody's scancel; or the kernel's, where a
   * compiler's driver survives the compiler that took too much memory.
   */
  async #confirm(result: FailedJob): Promise<JobResult> {
    for (const end = Date.now() + SETTLE; Date.now() < end; ) {
      const account = await this.#ask().catch(() => undefined);
      if (account !== undefined && hasEnded(account)) {
        if (account.state === 'OUT_OF_MEMORY') return { ...result, reason: 'out-of-memory' };
        return account.state === 'COMPLETED' || account.state === 'UNKNOWN' ? result : this.#explain(account);
      }
      await sleep(LOOK);
    }
    return result;
  }

  /** What the job script says in the end. */
  #resultOf({ event, code }: JobState): JobResult | undefined {
    if (event === 'done') return { status: 'done' };
    if (event === 'ended') return { ...this.#failed(), ...fromShell(code) };
    if (event !== 'missing') return undefined;
    const { command, folder } = this.#job.steps[this.#follower.step] ?? { command: ['?'], folder: '?' };
    const message = `the program '${command[0]}' is not there (on the node, started in ${folder})`;
    throw new RunnerError('tool-missing', message, { hint: `install ${command[0]} on the nodes` });
  }

  #failed(): { status: 'failed'; step: string; command: readonly string[] } {
    const step = this.#job.steps[this.#follower.step];
    return { status: 'failed', step: step?.name ?? '', command: step?.command ?? [] };
  }

  /** The controller's word; a controller that is away for a while doesn't end a job. */
  async #ask(): Promise<JobAccount | undefined> {
    this.#asked = Date.now();
    const { id } = this.#submitted;
    try {
      const account = await this.#queue.look(id);
      this.#answered = Date.now();
      if (account?.node !== undefined && account.node !== this.#place) {
        this.#place = account.node;
        this.#watcher.onPlace?.(`slurm: job ${id} on ${account.node}`);
      }
      return account ?? { state: 'UNKNOWN' };
    } catch (cause) {
      const { patience = 120 } = this.#settings;
      if (Date.now() - this.#answered < patience * 1000) return undefined;
      throw new RunnerError('engine-lost', `Slurm's controller was lost while job ${id} ran`, {
        hint: `it may still run: scancel ${id}`,
        cause,
      });
    }
  }

  /** The controller calls the job ended: with its own last word, which may still be on its way, or without. */
  async #settle(account: JobAccount): Promise<JobResult> {
    const patience = account.state === 'COMPLETED' ? SETTLE : LOOK * 3;
    for (const end = Date.now() + patience; Date.now() < end; ) {
      const result = this.#resultOf(await this.#follower.look());
      if (result !== undefined) return result;
      await sleep(LOOK);
    }
    return this.#explain(account);
  }

  /** What became of a job that couldn't say it itself. */
  async #explain(account: JobAccount): Promise<JobResult> {
    const { state, exitCode, signal, node = 'a node', reason = '' } = account;
    const { id } = this.#submitted;
    if (wasLost(account))
      throw new RunnerError('node-lost', `slurm: job ${id} was lost with ${node} (${state})`);
    const how = {
      ...(exitCode === undefined ? {} : { exitCode }),
      ...(signal === undefined ? {} : { signal }),
    };
    if (state === 'OUT_OF_MEMORY') return { ...this.#failed(), ...how, reason: 'out-of-memory' };
    if (state === 'TIMEOUT' || state === 'DEADLINE')
      return { ...this.#failed(), ...how, reason: 'time-limit' };
    if (exitCode === NO_FOLDER) {
      throw new RunnerError('bad-request', `${node} doesn't see the shared folder ${this.#settings.shared}`, {
        hint: 'it must be the same folder under the same path on every node',
      });
    }
    if (exitCode === NO_STATE) throw noSpace(`the shared folder ${this.#settings.shared}`);
    await refuseFull(this.#settings.shared);
    if (state === 'FAILED' && signal !== undefined) return { ...this.#failed(), ...how };
    const code = exitCode === undefined ? '' : `, exit code ${exitCode}`;
    throw new RunnerError(
      'engine-lost',
      `slurm: job ${id} ended on ${node}: ${state}${code} ${reason}`.trim(),
      {
        hint: state.startsWith('CANCELLED')
          ? 'somebody cancelled it'
          : 'the node\u2019s slurmd.log says more',
      },
    );
  }
}

/** @throws {@link RunnerError} `no-space` where nothing more can be written to a folder */
async function refuseFull(folder: string): Promise<void> {
  const { bavail } = await statfs(folder);
  if (bavail === 0) throw noSpace(`the shared folder ${folder}`);
}
