import { once } from 'node:events';
import { execa } from 'execa';

/** A program to start. */
export interface GroupCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly folder: string;
  /** All that it sees; nothing is added. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
  /** May throw: the group is then stopped, and the error passed on. */
  readonly onOutput: (chunk: Buffer, stream: 'stdout' | 'stderr') => void;
}

/** How a program ended. `missing` has the errno word of a program that couldn't be started. */
export type GroupEnd =
  | { readonly exitCode: number }
  | { readonly signal: string }
  | { readonly missing: string; readonly message: string };

/** The groups that run: one listener for all of them, however many there are. */
const atExit = new Set<() => void>();
process.on('exit', () => {
  for (const kill of atExit) kill();
});

/** How long a group may take to end itself after SIGTERM. */
const GRACE = 2_000;
/** How long what was written before the end may take to arrive. */
const DRAIN = 1_000;

/**
 * Runs a program in a process group of its own, and leaves nothing of the group behind: when the program ends,
 * is cancelled, or this process exits, children that it left in the background are killed with it.
 * (One that made a session of its own, by `setsid`, gets away: that takes a container.)
 *
 * A cancelled program ends like one that was killed; the caller looks at its signal.
 */
export async function runGroup(command: GroupCommand): Promise<GroupEnd> {
  const child = execa(command.program, command.args, {
    cwd: command.folder,
    env: command.env,
    extendEnv: false,
    detached: true,
    stdin: 'ignore',
    buffer: false,
    reject: false,
    stripFinalNewline: false,
  });
  const { pid } = child;
  if (pid === undefined) {
    const { code, shortMessage } = await child;
    return { missing: code ?? 'unknown', message: shortMessage ?? command.program };
  }
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const group = new Group(pid);
  const failures: unknown[] = [];
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].on('data', (chunk: Buffer) => {
      try {
        if (failures.length === 0) command.onOutput(chunk, stream);
      } catch (error) {
        failures.push(error);
        group.stop();
      }
    });
  }
  const stop = (): void => {
    group.stop();
  };
  const kill = (): void => {
    group.kill('SIGKILL');
  };
  command.signal?.addEventListener('abort', stop, { once: true });
  if (command.signal?.aborted === true) stop();
  atExit.add(kill);
  try {
    const [exitCode, signal] = await ended;
    group.finish();
    // A grandchild outside the group may hold the pipes open for ever.
    await Promise.race([child, sleep(DRAIN)]);
    if (failures.length > 0) throw failures[0];
    return signal === null ? { exitCode: exitCode ?? 0 } : { signal };
  } finally {
    command.signal?.removeEventListener('abort', stop);
    atExit.delete(kill);
    child.stdout.destroy();
    child.stderr.destroy();
  }
}

class Group {
  readonly #pid: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(pid: number) {
    this.#pid = pid;
  }

  /** Asks the group to end, and ends it if it doesn't. */
  stop(): void {
    if (this.#timer !== undefined) return;
    this.kill('SIGTERM');
    this.#timer = setTimeout(() => {
      this.kill('SIGKILL');
    }, GRACE);
  }

  /** The program has ended: whoever is left in its group goes too. */
  finish(): void {
    clearTimeout(this.#timer);
    this.kill('SIGKILL');
  }

  kill(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.#pid, signal);
    } catch {
      // ESRCH: nobody is left.
    }
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
}
