import { setTimeout as sleep } from 'node:timers/promises';
import { RunnerError } from '../../error.js';
import type { SentFile } from '../../transfer/transfer.js';
import { Deadline } from '../deadline.js';
import type { Job, JobResult, JobWatcher, Step } from '../runner.js';
import type { KubernetesClient } from './client.js';
import { stepName } from './manifest.js';
import { readReceipts, type ContainerAccount, type PodAccount } from './pod-state.js';
import type { SubmittedJob } from './submission.js';
import { refuseMisfortune, refuseTransfer, stepResult } from './verdict.js';

/** Milliseconds between two looks at a pod. */
const LOOK = 150;
/** Looks at a Job without a pod before it's said that somebody has removed it. */
const MISSING = 40;

/** How a pod ended, and what it has sent if it ended well. */
export interface PodEnd {
  readonly result: JobResult;
  readonly receipts: ReadonlyMap<number, SentFile>;
}

/** One job in its pod, from its submission to its end. */
export class Watch {
  readonly #client: KubernetesClient;
  readonly #submitted: SubmittedJob;
  readonly #job: Job;
  readonly #watcher: JobWatcher;
  /** Seconds that the API server may be out of reach. */
  readonly #patience: number;
  readonly #store: string;
  #deadline: Deadline;
  #answered = Date.now();
  #said = '';
  #missing = 0;

  constructor(
    client: KubernetesClient,
    submitted: SubmittedJob,
    { job, watcher, patience, store }: { job: Job; watcher: JobWatcher; patience: number; store: string },
  ) {
    this.#client = client;
    this.#submitted = submitted;
    this.#job = job;
    this.#watcher = watcher;
    this.#patience = patience;
    this.#store = store;
    this.#deadline = new Deadline(undefined, watcher.signal);
  }

  /** When it returns, nothing of the pod runs any more. */
  async toTheEnd(): Promise<PodEnd> {
    const { pods, index } = this.#submitted;
    let over = false;
    try {
      const end = await this.#watch();
      over = end.result.status === 'done';
      return end;
    } finally {
      if (!over) await pods.stop(index).catch(() => undefined);
    }
  }

  async #watch(): Promise<PodEnd> {
    const ended = (result: JobResult): PodEnd => ({ result, receipts: new Map() });
    const fetch = await this.#containerEnd('fetch');
    if (fetch === 'stopped') return ended({ status: 'cancelled' });
    refuseTransfer('fetch', fetch.container, this.#store);
    for (const [number, step] of this.#job.steps.entries()) {
      const result = await this.#follow(step, stepName(number), number === 0);
      if (result !== undefined) return ended(result);
    }
    // What is stored is no part of the steps' time.
    this.#deadline = new Deadline(undefined, this.#watcher.signal);
    const store = await this.#containerEnd('store');
    if (store === 'stopped') return ended({ status: 'cancelled' });
    refuseTransfer('store', store.container, this.#store);
    return { result: { status: 'done' }, receipts: readReceipts(store.container.message ?? '') };
  }

  /** @returns how the step ended, where that's the job's end */
  async #follow(step: Step, container: string, first: boolean): Promise<JobResult | undefined> {
    const begun = await this.#until(container, ({ state }) => state !== 'waiting');
    if (begun === 'stopped') return this.#stopped(step);
    // The time in the queue is not the job's.
    if (first) this.#deadline = new Deadline(this.#job.timeLimit, this.#watcher.signal);
    this.#watcher.onStep(step);
    await this.#readLog(begun.pod, container);
    const end = await this.#containerEnd(container);
    return end === 'stopped' ? this.#stopped(step) : stepResult(step, end.container, end.pod);
  }

  #stopped({ name, command }: Step): JobResult {
    if (this.#watcher.signal?.aborted === true) return { status: 'cancelled' };
    return { status: 'failed', step: name, command, reason: 'time-limit' };
  }

  /** Passes a log on. A stream that breaks is taken up where it broke, as long as the server answers at all. */
  async #readLog(pod: PodAccount, container: string): Promise<void> {
    let passed = 0;
    const { signal } = this.#deadline;
    while (signal?.aborted !== true) {
      let skipped = passed;
      const onOutput = (chunk: Buffer): void => {
        const rest = chunk.subarray(skipped);
        skipped -= chunk.length - rest.length;
        passed += rest.length;
        if (rest.length > 0) this.#watcher.onOutput(rest);
      };
      if ((await this.#client.readLog(pod.name, container, { onOutput, signal })) === 'ended') return;
      await sleep(LOOK);
      const account = await this.#ask();
      if (account === undefined || account.name !== pod.name) return;
    }
  }

  async #containerEnd(name: string): Promise<'stopped' | { container: ContainerAccount; pod: PodAccount }> {
    return this.#until(name, ({ state }) => state === 'ended');
  }

  /**
   * Waits for a container.
   *
   * @returns it, or that the job was cancelled or its time is over
   * @throws {@link RunnerError} where something befell the pod
   */
  async #until(
    name: string,
    reached: (container: ContainerAccount) => boolean,
  ): Promise<'stopped' | { container: ContainerAccount; pod: PodAccount }> {
    for (;;) {
      if (this.#deadline.signal?.aborted === true) return 'stopped';
      const pod = await this.#ask();
      if (pod !== undefined) {
        // First of all: what is taken away ends like something that was killed.
        refuseMisfortune(pod);
        const container = pod.containers.get(name);
        if (container !== undefined && reached(container)) return { container, pod };
        // A pod can be over without a word about its containers.
        if (pod.phase === 'Failed' || pod.phase === 'Succeeded')
          return { container: { state: 'ended', exitCode: 1, ...last(pod) }, pod };
      }
      await sleep(LOOK);
    }
  }

  /** The pod, as far as the server tells; a server that is away for a while doesn't end a job. */
  async #ask(): Promise<PodAccount | undefined> {
    const { pods, index } = this.#submitted;
    try {
      const pod = await pods.look(index);
      this.#answered = Date.now();
      this.#missing = pod === undefined ? this.#missing + 1 : 0;
      if (this.#missing > MISSING && this.#said !== '') {
        const hint = 'did somebody delete it, or drain its node?';
        throw new RunnerError('node-lost', `kubernetes: the pod of ${pods.job} is gone`, { hint });
      }
      if (pod !== undefined) this.#tell(pod);
      return pod;
    } catch (cause) {
      if (cause instanceof RunnerError && cause.code === 'node-lost') throw cause;
      if (Date.now() - this.#answered < this.#patience * 1000) return undefined;
      throw new RunnerError('engine-lost', `the API server was lost while ${pods.job} ran`, {
        hint: `it may still run: kubectl delete job ${pods.job}`,
        cause,
      });
    }
  }

  #tell({ name, node, unscheduled }: PodAccount): void {
    const place = node === undefined ? `waits: ${unscheduled ?? 'no node has it yet'}` : `on ${node}`;
    const line = `kubernetes: ${name} ${place}`;
    if (line === this.#said) return;
    this.#said = line;
    this.#watcher.onPlace?.(line);
  }
}

function last({ reason, message }: PodAccount): Pick<ContainerAccount, 'reason' | 'message'> {
  return { ...(reason === undefined ? {} : { reason }), ...(message === undefined ? {} : { message }) };
}
