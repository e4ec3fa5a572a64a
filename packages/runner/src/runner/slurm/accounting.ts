import { signalName, signalOfExitCode } from '../shell-exit.js';

/** What Slurm says of a job. */
export interface JobAccount {
  /** Slurm's word: `PENDING`, `RUNNING`, `NODE_FAIL` ... */
  readonly state: string;
  /** Why it waits or ended, in Slurm's word. */
  readonly reason?: string;
  readonly node?: string;
  readonly exitCode?: number;
  /** `SIGKILL` ... */
  readonly signal?: string;
}

/** Slurm's words for jobs that haven't ended (squeue(1), "JOB STATE CODES"). */
const UNFINISHED = new Set([
  ...['PENDING', 'RUNNING', 'CONFIGURING', 'COMPLETING', 'SUSPENDED', 'STOPPED', 'SIGNALING', 'STAGE_OUT'],
  ...['REQUEUED', 'REQUEUE_FED', 'REQUEUE_HOLD', 'SPECIAL_EXIT', 'RESIZING', 'RESV_DEL_HOLD'],
]);

/** Slurm's words for jobs that the cluster lost through no fault of theirs. */
const LOST = new Set(['NODE_FAIL', 'BOOT_FAIL', 'PREEMPTED', 'LAUNCH_FAILED', 'RECONFIG_FAIL', 'REVOKED']);

/** Whether a job is over. */
export function hasEnded({ state }: JobAccount): boolean {
  return !UNFINISHED.has(state);
}

/** Whether a job was lost with its node, or had to give way: it's worth another try. */
export function wasLost({ state, exitCode }: JobAccount): boolean {
  return LOST.has(state) || exitCode === RESTARTED;
}

/** The exit codes of the job script itself: no folder, started a second time, no space for its state. */
export const NO_FOLDER = 66;
const RESTARTED = 67;
export const NO_STATE = 75;

/** The columns of squeue that {@link parseQueue} reads: the id in two spellings, state, reason, nodes. */
export const QUEUE_FORMAT = '%F_%K|%T|%r|%N';

/** Reads squeue's list: the jobs by their ids, as `17_3` in an array and `17` elsewhere. */
export function parseQueue(text: string): Map<string, JobAccount> {
  const jobs = text.split('\n').flatMap((line): [string, JobAccount][] => {
    const [id = '', state = '', reason = '', node = ''] = line.trim().split('|');
    if (state === '') return [];
    return [[id.replace(/_N\/A$/, ''), { state, reason, ...(node === '' ? {} : { node }) }]];
  });
  return new Map(jobs);
}

/** Reads `scontrol show job --oneliner ID`. */
export function parseShownJob(text: string): JobAccount | undefined {
  const field = (name: string): string | undefined =>
    new RegExp(String.raw`(?:^|\s)${name}=(\S*)`).exec(text)?.[1];
  const state = field('JobState');
  if (state === undefined) return undefined;
  const [reason, node] = [field('Reason'), field('NodeList')];
  return {
    state,
    ...(reason === undefined ? {} : { reason }),
    ...(node === undefined || node === '(null)' || node === '' ? {} : { node }),
    ...parseExit(field('ExitCode') ?? ''),
  };
}

/**
 * Reads `sacct -nXP --format=JobID,State,ExitCode,NodeList`. (Its JSON called failed jobs successful, in 22.05.)
 */
export function parseAccounting(text: string, id: string): JobAccount | undefined {
  for (const line of text.split('\n')) {
    const [name, state = '', exit = '', node = ''] = line.trim().split('|');
    if (name !== id || state === '') continue;
    // `CANCELLED by 1000` says who.
    const [word = state] = state.split(' ');
    const named = node === '' || node.startsWith('None') ? {} : { node };
    return { state: word, reason: state, ...named, ...parseExit(exit) };
  }
  return undefined;
}

/** `7:0` is exit code 7, `0:9` is signal 9. */
function parseExit(text: string): Pick<JobAccount, 'exitCode' | 'signal'> {
  const match = /^(\d+):(\d+)$/.exec(text);
  if (match === null) return {};
  const signal = signalName(Number(match[2]));
  return signal === undefined ? { exitCode: Number(match[1]) } : { signal };
}

/** A shell's exit code of a program: above 128 it stands for the signal that ended it. */
export function fromShell(code: number): { exitCode: number } | { signal: string } {
  const signal = signalOfExitCode(code);
  return signal === undefined ? { exitCode: code } : { signal };
}
