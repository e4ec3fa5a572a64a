import {
  hasEnded,
  parseAccounting,
  parseQueue,
  parseShownJob,
  QUEUE_FORMAT,
  type JobAccount,
} from './accounting.js';
import type { SlurmClient } from './client.js';

/** Milliseconds: however many jobs are watched, the controller is asked once in this time. */
const INTERVAL = 900;

/** The states of this process's jobs. */
export class Queue {
  readonly #client: SlurmClient;
  readonly #name: string;
  readonly #accounting: boolean;
  #asked = 0;
  #answer: Promise<Map<string, JobAccount>> | undefined;

  /**
   * @param name - the name that all its jobs have
   * @param accounting - whether there is a sacct to ask
   */
  constructor(client: SlurmClient, name: string, accounting: boolean) {
    this.#client = client;
    this.#name = name;
    this.#accounting = accounting;
  }

  /** What the controller says of a job, at most a second old; undefined where it doesn't know it (any more). */
  async look(id: string): Promise<JobAccount | undefined> {
    if (this.#answer === undefined || Date.now() - this.#asked > INTERVAL) {
      this.#asked = Date.now();
      this.#answer = this.#list();
      // Who waits for it hears of it; with nobody waiting it's no unhandled rejection.
      this.#answer.catch(() => undefined);
    }
    const account = (await this.#answer).get(id);
    return account === undefined || hasEnded(account) ? this.#finished(id, account) : account;
  }

  async #list(): Promise<Map<string, JobAccount>> {
    const args = [
      '--noheader',
      '--array',
      `--format=${QUEUE_FORMAT}`,
      '--states=all',
      `--name=${this.#name}`,
    ];
    return parseQueue(await this.#client.ask('squeue', args));
  }

  /** squeue knows no exit codes, and forgets a job after a while; sacct doesn't, but may not have heard of it yet. */
  async #finished(id: string, listed: JobAccount | undefined): Promise<JobAccount | undefined> {
    const shown = await this.#client
      .ask('scontrol', ['show', 'job', '--oneliner', id])
      .then(parseShownJob, () => undefined);
    if (shown !== undefined && hasEnded(shown)) return shown;
    if (!this.#accounting) return shown ?? listed;
    const args = ['-nXP', `--jobs=${id}`, '--format=JobID,State,ExitCode,NodeList'];
    const kept = await this.#client.ask('sacct', args).then(
      (text) => parseAccounting(text, id),
      () => undefined,
    );
    return kept ?? shown ?? listed;
  }

  /** Ends a job and waits until it has ended. */
  async cancel(id: string): Promise<void> {
    const end = Date.now() + 60_000;
    for (let call = 0; Date.now() < end; call += 1) {
      // Again, and then with more force: a script may be between two steps.
      const force = call > 3 ? ['--signal=KILL', '--full'] : [];
      if (call % 4 === 0) await this.#client.ask('scancel', [...force, '--quiet', id]).catch(ignoreEnded);
      this.#answer = undefined;
      const account = await this.look(id);
      if (account === undefined || (hasEnded(account) && account.state !== 'COMPLETING')) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

/** scancel complains of jobs that have ended meanwhile. */
function ignoreEnded(error: unknown): void {
  if (error instanceof Error && /already|invalid job id/i.test(error.message)) return;
  throw error;
}
