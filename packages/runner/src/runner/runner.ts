/** Where commands run. */
export type RunnerName = 'local' | 'docker' | 'slurm' | 'kubernetes';

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
  /** The absolute folder that the steps work in; whatever they write lies below it. */
  readonly workspace: string;
  /** Absolute folders outside the workspace that they read, such as a compiler's. */
  readonly readOnly?: readonly string[];
  /** Folders outside the workspace that they write to and nobody reads afterwards, such as a compiler's cache. */
  readonly scratch?: readonly string[];
  /** What comes home when the job is done; the rest of the workspace may not be there afterwards. */
  readonly results?: readonly JobResults[];
  /** Seconds that all steps together may take. */
  readonly timeLimit?: number | undefined;
}

/** Files of a workspace that are wanted after the job. */
export interface JobResults {
  /** An absolute folder in the workspace. */
  readonly folder: string;
  /** Which of its files, by their names below it; all if absent. */
  readonly wanted?: (name: string) => boolean;
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
      readonly reason?: FailureReason;
    }
  | { readonly status: 'cancelled' };

/** Why a command failed where the reason isn't the command's own. */
export type FailureReason = 'time-limit' | 'out-of-memory';

/** Who watches a job. */
export interface JobWatcher {
  readonly signal?: AbortSignal | undefined;
  readonly onStep: (step: Step) => void;
  readonly onOutput: (chunk: Buffer) => void;
  /** Told where a job waits and runs, in a line: a cluster's job has a number. */
  readonly onPlace?: (place: string) => void;
}

/** What a runner's place gives to a build. */
export interface Surroundings {
  /** The variables that a build there starts from, instead of the caller's. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether this host's programs are not there: the toolchain must be brought along, or be the image's own. */
  readonly isolated: boolean;
  /** The digest of what it runs in: part of every key of what comes out. Absent for this host itself. */
  readonly image?: { readonly name: string; readonly digest: string };
  /** How many processors a job gets there, where it isn't all of this host's. */
  readonly cpus?: number;
}

/**
 * Where a job runs: on this host, in a container, on a cluster. It knows nothing of sources and
 * compilers: those are prepared before, by whoever makes the job. A whole job is handed over at once, because a
 * cluster queues jobs, not commands.
 *
 * When `run` returns, nothing of the job runs any more. A program that can't be started is an error
 * (`tool-missing`); one that fails is a result.
 */
export interface Runner {
  readonly name: RunnerName;
  /**
   * Looks whether the place is there, before anything is prepared for it.
   *
   * @param caller - the environment of whoever asks
   * @throws {@link RunnerError} `tool-missing`, `engine-missing`, `image-missing`, `bad-request`
   */
  survey(caller: Surroundings['environment'], signal?: AbortSignal): Promise<Surroundings>;
  run(job: Job, watcher: JobWatcher): Promise<JobResult>;
}
