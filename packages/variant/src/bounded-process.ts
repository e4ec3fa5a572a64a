import { once } from 'node:events';
import type { Readable } from 'node:stream';

/** A program that may do anything, and what it may cost at most. */
export interface BoundedCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** All that it sees; nothing is added. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly folder?: string | undefined;
  readonly input?: string | undefined;
  readonly seconds: number;
  /** Bytes of standard output, standard error and the fourth descriptor together. */
  readonly mostBytes: number;
  /** Whether it gets a fourth descriptor (3), a pipe of its own beside standard output and error. */
  readonly answers?: boolean | undefined;
  /** Called with all that came over descriptor 3 so far; true ends the program, for there is nothing more to wait for. */
  readonly isDone?: ((answer: string) => boolean) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How it ended. `stopped`: because it was done. */
export type BoundedEnd =
  | { readonly by: 'exit'; readonly exitCode: number }
  | { readonly by: 'signal'; readonly signal: string }
  | { readonly by: 'stopped' | 'time' | 'output' }
  | { readonly by: 'missing'; readonly message: string };

/** What came of it. */
export interface BoundedResult {
  readonly end: BoundedEnd;
  readonly stdout: string;
  readonly stderr: string;
  readonly answer: string;
}

/** How long what was written before the end may take to arrive. */
const drain = 200;

/**
 * Runs a program in a process group of its own until it ends, is done, or has used up its time or output; then kills
 * the group and lets go of every pipe, whoever else may still hold it.
 * @throws the reason of an aborted signal
 */
export async function runBounded(command: BoundedCommand): Promise<BoundedResult> {
  command.signal?.throwIfAborted();
  // Loaded late: most libraries are told by their bytes, and no program is started.
  const { execa } = await import('execa');
  const child = execa(command.program, command.args, {
    env: command.env,
    extendEnv: false,
    detached: true,
    buffer: false,
    reject: false,
    stdio: ['pipe', 'pipe', 'pipe', command.answers === true ? 'pipe' : 'ignore'],
    ...(command.folder === undefined ? {} : { cwd: command.folder }),
  });
  const { pid } = child;
  if (pid === undefined) {
    const { originalMessage, shortMessage } = await child;
    return {
      end: { by: 'missing', message: originalMessage ?? shortMessage ?? command.program },
      ...nothing,
    };
  }
  // It's told by `exit` how the program ended; this promise only waits for pipes, which somebody else may hold.
  child.catch(() => undefined);
  const kill = (): void => {
    killGroup(pid);
  };
  process.once('exit', kill);
  const streams = [child.stdout, child.stderr, child.stdio[3] as Readable | null | undefined];
  const output = new Output(streams);
  try {
    child.stdin.on('error', () => undefined).end(command.input ?? '');
    const end = await Promise.race([exitOf(child), limits(command, output)]);
    if (end.by === 'exit' || end.by === 'signal') await Promise.race([output.finished(), sleep(drain)]);
    return { end, stdout: output.text(0), stderr: output.text(1), answer: output.text(2) };
  } finally {
    kill();
    process.removeListener('exit', kill);
    output.close();
    child.stdin.destroy();
  }
}

const nothing = { stdout: '', stderr: '', answer: '' };

async function exitOf(child: NodeJS.EventEmitter): Promise<BoundedEnd> {
  const [exitCode, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return signal === null ? { by: 'exit', exitCode: exitCode ?? 0 } : { by: 'signal', signal };
}

/** Whichever limit is met first. */
function limits({ seconds, mostBytes, isDone, signal }: BoundedCommand, output: Output): Promise<BoundedEnd> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      resolve({ by: 'time' });
    }, seconds * 1000);
    const abort = () => {
      reject(signal?.reason as Error);
    };
    output.onClose = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    output.onData = () => {
      if (output.size > mostBytes) resolve({ by: 'output' });
      else if (isDone?.(output.text(2)) === true) resolve({ by: 'stopped' });
    };
    signal?.addEventListener('abort', abort, { once: true });
  });
}

/** What came over the pipes. */
class Output {
  size = 0;
  onData: () => void = () => undefined;
  onClose: () => void = () => undefined;
  readonly #streams: readonly Readable[];
  readonly #chunks: Buffer[][];

  constructor(streams: readonly (Readable | null | undefined)[]) {
    this.#streams = streams.filter((stream) => stream !== null && stream !== undefined);
    this.#chunks = this.#streams.map(() => []);
    this.#streams.forEach((stream, index) => {
      stream.on('data', (chunk: Buffer) => {
        this.size += chunk.length;
        this.#chunks[index]?.push(chunk);
        this.onData();
      });
      stream.on('error', () => undefined);
      stream.on('close', () => {});
    });
  }

  text(index: number): string {
    return Buffer.concat(this.#chunks[index] ?? []).toString('utf8');
  }

  /** When every pipe has been closed at the other end. */
  async finished(): Promise<void> {
    await Promise.all(
      this.#streams.filter((stream) => !stream.closed).map((stream) => once(stream, 'close')),
    );
  }

  close(): void {
    this.onData = () => undefined;
    this.onClose();
    for (const stream of this.#streams) stream.destroy();
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // ESRCH: nobody is left.
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
}
