import { runBounded } from '../bounded-process.js';

/** How far a child process is kept from the rest of the machine. @public */
export type Isolation =
  /** Processes and network of its own: whatever it starts ends with it, and it reaches nobody. */
  | { readonly kind: 'namespaces' }
  /** Only a process group of its own, with the reason: what it starts in a session of its own gets away. */
  | { readonly kind: 'process-group'; readonly why: string };

/** Only the system's own programs: nothing that a project or a library's folder brings along. */
const systemPath = '/usr/bin:/bin:/usr/sbin:/sbin';
const checkSeconds = 5;

/**
 * Namespaces of its own for users (so that it takes no root), processes and network (unshare(1)), and limits (prlimit(1)):
 * no core dump, no file written, 8 GiB of memory, 4096 processes, where the user isn't root.
 */
const isolating = [
  ...['--user', '--map-root-user', '--pid', '--fork', '--kill-child=KILL', '--mount-proc', '--net'],
  ...['prlimit', '--core=0', '--fsize=0', '--data=8589934592', '--nproc=4096'],
];

/** A command as it's started, isolated or not. */
export interface IsolatedCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Finds out whether a child can be isolated here, by doing it with a program that does nothing. It's not found out with
 * the foreign code itself: that could make the isolation fail, to be started again without.
 */
export async function findIsolation(signal?: AbortSignal): Promise<Isolation> {
  if (process.platform !== 'linux') return processGroup(`there are no namespaces on ${process.platform}`);
  const { end, stderr } = await runBounded({
    program: 'unshare',
    args: [...isolating, 'true'],
    env: { PATH: systemPath, LC_ALL: 'C' },
    seconds: checkSeconds,
    mostBytes: 1 << 16,
    signal,
  });
  if (end.by === 'missing') return processGroup('unshare(1) of util-linux is missing');
  if (end.by === 'exit' && end.exitCode === 0) return { kind: 'namespaces' };
  return processGroup(stderr.trim().split('\n')[0] ?? 'unshare(1) failed');
}

/**
 * The command line of an isolated child. The variables of the child reach the child alone: a library path must not be
 * in force while unshare and prlimit are loaded.
 */
export function isolate(
  isolation: Isolation,
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): IsolatedCommand {
  if (isolation.kind === 'process-group') return { program, args, env };
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return {
    program: 'unshare',
    args: [...isolating, 'env', '-i', ...variables, program, ...args],
    env: { PATH: systemPath, LC_ALL: 'C' },
  };
}

function processGroup(why: string): Isolation {
  return { kind: 'process-group', why };
}
