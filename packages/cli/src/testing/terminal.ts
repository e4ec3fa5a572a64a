import { run, type Host } from '../run.js';

/** What a command line printed and how it ended. */
export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process as `run` needs one: in a folder, with an environment of its own, and signals that a test can send. */
export class TestHost implements Host {
  readonly env: NodeJS.ProcessEnv;
  readonly #folder: string;
  readonly #listeners = new Map<string, Set<() => void>>();
  out = '';
  err = '';
  readonly stdout = { isTTY: false, write: (text: string) => (this.out += text) };
  readonly stderr = { isTTY: false, write: (text: string) => (this.err += text) };

  constructor(folder: string, env: Readonly<NodeJS.ProcessEnv> = {}) {
    this.#folder = folder;
    // Nothing of the test's own repository may name what is built in a temporary folder.
    this.env = { PATH: process.env['PATH'], HOME: folder, GIT_CEILING_DIRECTORIES: folder, ...env };
  }

  cwd(): string {
    return this.#folder;
  }

  on(signal: string, listener: () => void): void {
    this.#listeners.set(signal, (this.#listeners.get(signal) ?? new Set()).add(listener));
  }

  off(signal: string, listener: () => void): void {
    this.#listeners.get(signal)?.delete(listener);
  }

  /** Sends a signal to whoever listens, and says how many did. */
  send(signal: 'SIGINT' | 'SIGTERM'): number {
    const listeners = [...(this.#listeners.get(signal) ?? [])];
    for (const listener of listeners) listener();
    return listeners.length;
  }
}

/** Runs one command line in a folder. */
export async function wheelwright(
  folder: string,
  args: readonly string[],
  env: Readonly<NodeJS.ProcessEnv> = {},
): Promise<Outcome> {
  const host = new TestHost(folder, env);
  const exitCode = await run(args, host);
  return { exitCode, stdout: host.out, stderr: host.err };
}
