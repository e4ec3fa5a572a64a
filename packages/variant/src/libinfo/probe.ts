import { randomBytes } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runBounded, type BoundedResult } from '../bounded-process.js';
import type { LibinfoFeatures } from './features.js';
import { findIsolation, isolate, type Isolation } from './isolation.js';
import { readOutcome, type ProbeFailure } from './outcome.js';

/** What came of loading a library, each a normal result; told apart by `state`. @public */
export type LibinfoProbe =
  | { readonly state: 'answered'; readonly features: LibinfoFeatures; readonly isolation: Isolation }
  | {
      readonly state: 'failed';
      readonly reason: ProbeFailure;
      /** What happened, in a sentence's part: `it needs libcudnn.so.8, which isn't here`. */
      readonly message: string;
      readonly isolation: Isolation;
    };

/** @public */
export interface ProbeOptions {
  /** Seconds; 30 by default. */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** For tests: how to isolate, instead of as far as possible. */
  readonly isolation?: Isolation | undefined;
}

const child = fileURLToPath(new URL('../../probe/libinfo.mjs', import.meta.url));
const mostBytes = 8 << 20;

/**
 * Loads a library in a process of its own and asks it for its features (MXNet's `MXLibInfoFeatures`). The library may
 * crash, hang, end the process, start others, lie, print without end: each is a result with its reason. On Linux, where
 * namespaces are allowed, it has neither network nor a process that outlives it; files it can read as its user can.
 *
 * Its environment is empty but for its own folder as the library path, and one thread for each library of threads.
 * An answer counts only with a number that the library isn't told. That stops forgery by accident and by simple means,
 * not a library that searches its process's memory.
 * @param library - a path
 * @throws the reason of an aborted signal
 * @public
 */
export async function probeLibinfo(
  library: string,
  { timeout = 30, signal, isolation: given }: ProbeOptions = {},
): Promise<LibinfoProbe> {
  const isolation = given ?? (await findIsolation(signal));
  const path = resolve(library);
  const folder = dirname(path);
  // The loader splits a library path at these, so that such a folder is named by where the process stands.
  const libraryPath = /[:;]/.test(folder) ? '.' : folder;
  const env = { LD_LIBRARY_PATH: libraryPath, LC_ALL: 'C', OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };
  const command = isolate(isolation, process.execPath, [child], env);
  const nonce = randomBytes(16).toString('hex');
  const result = await runBounded({
    ...command,
    folder: libraryPath === '.' ? folder : '/',
    input: JSON.stringify({ nonce, library: path }),
    answers: true,
    isDone: (answer) => isFinal(answer, nonce),
    seconds: timeout,
    mostBytes,
    signal,
  });
  return { ...conclude(result, nonce, timeout), isolation };
}

function isFinal(answer: string, nonce: string): boolean {
  return readOutcome(answer, nonce).outcome !== undefined;
}

type Conclusion =
  | { readonly state: 'answered'; readonly features: LibinfoFeatures }
  | { readonly state: 'failed'; readonly reason: ProbeFailure; readonly message: string };

/** What a child's end means: its answer, else the reason why there is none. */
function conclude({ end, stderr, answer }: BoundedResult, nonce: string, timeout: number): Conclusion {
  const failed = (reason: ProbeFailure, message: string): Conclusion => ({
    state: 'failed',
    reason,
    message,
  });
  const { outcome, loading, foreign } = readOutcome(answer, nonce);
  if (outcome !== undefined) {
    return 'features' in outcome
      ? { state: 'answered', features: outcome.features }
      : { state: 'failed', ...outcome };
  }
  const said = lastLine(stderr);
  switch (end.by) {
    case 'time':
      return failed('timed-out', `it didn't answer within ${timeout} s`);
    case 'output':
      return failed('too-much-output', `it wrote more than ${mostBytes >> 20} MiB of output`);
    case 'missing':
      return failed('not-started', end.message);
    case 'signal':
    case 'exit':
    case 'stopped':
  }
  if (!loading) return failed('not-started', `the process didn't come to load it${said}`);
  if (foreign)
    return failed('forged-answer', "it wrote an answer of its own where only the process's counts");
  const signal = signalOf(end);
  if (signal !== undefined)
    return failed('crashed', `it crashed while it was loaded or asked (${signal})${said}`);
  const exitCode = end.by === 'exit' ? end.exitCode : 0;
  return failed(
    'exited',
    `it ended its process with exit code ${exitCode} while it was loaded or asked${said}`,
  );
}

/** unshare(1) ends like its child, or, in older versions, with 128 and the signal's number. */
function signalOf(end: BoundedResult['end']): string | undefined {
  if (end.by === 'signal') return end.signal;
  return end.by === 'exit' && end.exitCode > 128 ? `signal ${end.exitCode - 128}` : undefined;
}

function lastLine(text: string): string {
  const line = text.trim().split('\n').at(-1)?.slice(0, 200) ?? '';
  return line === '' ? '' : `: ${line}`;
}
