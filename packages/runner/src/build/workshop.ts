import type { CompileEvent } from '../request.js';
import type { Job, JobResult } from '../runner/runner.js';
import type { ToolContext } from '../runner/tool.js';
import type { Target } from '../target.js';
import type { Toolchain } from '../toolchain/toolchain.js';

/** What all builds of one compilation share: the dependencies' and the project's own. */
export interface Workshop extends ToolContext {
  /** The cache's root, as a real path. */
  readonly cache: string;
  readonly target: Target;
  readonly toolchain: Toolchain;
  readonly jobs: number;
  /** CMake's generator, if not its default. */
  readonly generator: string | undefined;
  readonly onEvent: (event: CompileEvent) => void;
  /** Runs a job where this compilation runs, into its log. */
  readonly run: (job: Job) => Promise<JobResult>;
}
