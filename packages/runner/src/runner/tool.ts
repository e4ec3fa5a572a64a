import { RunnerError } from '../error.js';
import { runGroup } from './process-group.js';

/** What acts need to start the helpers of this package (git, tar, npm, pip), which run on this host. */
export interface ToolContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
}

/** What a helper said. */
export interface ToolResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** More output than any helper has to say: what comes after it isn't kept. */
const MAX_OUTPUT = 32 * 1024 * 1024;

/**
 * Runs a helper to its end and returns what it said, also when it failed.
 *
 * @throws {@link RunnerError} `tool-missing` if it can't be started; the signal's reason if it was cancelled
 */
export async function runTool(
  program: string,
  args: readonly string[],
  context: ToolContext & { readonly folder: string; readonly hint: string },
): Promise<ToolResult> {
  const { environment, signal, folder, hint } = context;
  signal?.throwIfAborted();
  const said = { stdout: new Collected(), stderr: new Collected() };
  const end = await runGroup({
    program,
    args,
    folder,
    env: environment,
    signal,
    onOutput: (chunk, stream) => {
      said[stream].add(chunk);
    },
  });
  signal?.throwIfAborted();
  if ('missing' in end) {
    throw new RunnerError('tool-missing', `${program} can't be started: ${end.message}`, { hint });
  }
  return {
    exitCode: 'exitCode' in end ? end.exitCode : 128,
    stdout: said.stdout.text(),
    stderr: said.stderr.text(),
  };
}

class Collected {
  readonly #chunks: Buffer[] = [];
  #size = 0;

  add(chunk: Buffer): void {
    if (this.#size >= MAX_OUTPUT) return;
    this.#chunks.push(chunk);
    this.#size += chunk.length;
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }
}
