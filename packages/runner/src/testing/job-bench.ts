import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Job, JobResult, Runner, Step } from '../runner/runner.js';

/** What a test may say of a job besides its steps. */
export interface JobExtras extends Partial<Omit<Job, 'steps' | 'workspace'>> {
  readonly signal?: AbortSignal;
  /** Called with whatever the job says, as it says it. */
  readonly onOutput?: () => void;
}

/** A workspace for one test, and what was seen of the jobs that ran in it. */
export class JobBench {
  /** The workspace; it holds an empty folder `source`, whose files come home. */
  readonly workspace: string;
  readonly source: string;
  /** The steps that were begun. */
  readonly begun: string[] = [];
  /** What was said of where it ran. */
  readonly places: string[] = [];
  /** Bytes of output. */
  said = 0;
  /** The end of the output. */
  tail = '';

  private constructor(workspace: string) {
    this.workspace = workspace;
    this.source = join(workspace, 'source');
  }

  /** @param name - the workspace's own name; an unused one if absent */
  static async below(root: string, name: string = randomUUID()): Promise<JobBench> {
    const bench = new JobBench(join(root, name));
    await mkdir(bench.source, { recursive: true });
    return bench;
  }

  step(command: Step['command'], env: Step['env'] = {}): Step {
    return { name: 'build', command, folder: this.source, env };
  }

  sh(script: string, ...args: string[]): Step {
    return this.step(['sh', '-c', script, 'sh', ...args]);
  }

  async run(runner: Runner, steps: readonly Step[], more: JobExtras = {}): Promise<JobResult> {
    const { signal, onOutput, ...rest } = more;
    const { environment } = await runner.survey(process.env);
    const { PATH = '' } = environment;
    const job = {
      steps: steps.map((each) => ({ ...each, env: { PATH, ...each.env } })),
      workspace: this.workspace,
      results: [{ folder: this.source }],
      ...rest,
    };
    return runner.run(job, {
      signal,
      onStep: ({ name }) => this.begun.push(name),
      onPlace: (place) => this.places.push(place),
      onOutput: (chunk) => {
        this.said += chunk.length;
        this.tail = (this.tail + chunk.toString()).slice(-10_000);
        onOutput?.();
      },
    });
  }
}
