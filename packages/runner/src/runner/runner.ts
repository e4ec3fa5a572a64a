/** Where commands run. */
export type RunnerName = 'local';

/** One program to start. The arguments are never joined and no shell reads them. */
export interface Step {
  /** What it does, for people: `configure`, `build` ... */
  readonly name: string;
  readonly command: readonly [program: string, ...args: string[]];
  readonly folder: string;
  /** All that it sees. */
  readonly env: Readonly<Record<string, string>>;
}

/** Steps that run one after the other in one place. The first that fails is the last. */
export interface Job {
  readonly steps: readonly Step[];
}

/** How a job ended. */
export type JobResult =
  | { readonly status: 'done' }
  | {
      readonly status: 'failed';
      readonly step: string;
      readonly command: readonly string[];
      readonly exitCode?: number;
      readonly signal?: string;
    }
  | { readonly status: 'cancelled' };

/** Who watches a job. */
export interface JobWatcher {
  readonly signal?: AbortSignal | undefined;
  readonly onStep: (step: Step) => void;
  readonly onOutput: (chunk: Buffer) => void;
}

/**
 * Where a job runs: on this host, and later in a container or on a cluster. It knows nothing of sources and
 * compilers: those are prepared before, by whoever makes the job. A whole job is handed over at once, because a
 * cluster queues jobs, not commands.
 *
 * When `run` returns, nothing of the job runs any more. A program that can't be started is an error
 * (`tool-missing`); one that fails is a result.
 */
export interface Runner {
  readonly name: RunnerName;
  run(job: Job, watcher: JobWatcher): Promise<JobResult>;
}
