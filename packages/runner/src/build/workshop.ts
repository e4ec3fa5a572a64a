import type { CompileEvent } from '../request.js';
import type { Job, JobResult } from '../runner/runner.js';
import type { ToolContext } from '../runner/tool.js';
import type { Target } from '../target.js';
import type { Launcher, Toolchain } from '../toolchain/toolchain.js';

/** What all builds of one compilation share: the dependencies' and the project's own. */
export interface Workshop extends ToolContext {
  /** The cache's root, as a real path. */
  readonly cache: string;
  readonly target: Target;
  readonly toolchain: Toolchain;
  readonly jobs: number;
  /** The caller's environment, for what is done on this host; `environment` is the build's. */
  readonly host: ToolContext['environment'];
  /** What every job reads besides its workspace. */
  readonly reads: { readonly readOnly: readonly string[]; readonly scratch: readonly string[] };
  /** CMake's generator, if not its default. */
  readonly generator: string | undefined;
  /** What the compilers are started through, if anything. */
  readonly launcher: Launcher | undefined;
  readonly onEvent: (event: CompileEvent) => void;
  /** Runs a job where this compilation runs, into its log. */
  readonly run: (job: Job) => Promise<JobResult>;
}

/** For helpers (git, tar, npm) that run on this host, wherever the build does. */
export function hostTools({ host, signal }: Workshop): ToolContext {
  return { environment: host, signal };
}
