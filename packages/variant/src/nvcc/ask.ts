import { access, constants, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { runBounded } from '../bounded-process.js';
import { parseNvccVersion, type NvccAnswer } from './answer.js';

/** @public */
export interface AskNvccOptions {
  /** Where CUDA_HOME and PATH are taken from, and what nvcc runs in. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Seconds; 10 by default. */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Where the toolkit usually is; `/usr/local/cuda` by default. */
  readonly usualHome?: string | undefined;
}

const mostBytes = 1 << 16;

/**
 * Asks the machine's nvcc for its release: `$CUDA_HOME/bin/nvcc`, else `/usr/local/cuda/bin/nvcc`, else the first on
 * PATH. The first that is there answers; where it fails, no other is asked instead, for that would be another CUDA.
 * @returns the release, or why there is none
 * @throws the reason of an aborted signal
 * @public
 */
export async function askNvcc(options: AskNvccOptions): Promise<NvccAnswer> {
  options.signal?.throwIfAborted();
  const searched = candidates(options);
  for (const path of searched) {
    if (await isProgram(path)) return ask(path, options);
  }
  return { state: 'absent', searched };
}

/** Where nvcc may be, in order. Relative folders of PATH are not searched: they depend on where one stands. */
function candidates({ environment, usualHome = '/usr/local/cuda' }: AskNvccOptions): string[] {
  const homes = [environment['CUDA_HOME'] ?? '', usualHome].map((home) => join(home, 'bin'));
  const folders = [...homes, ...(environment['PATH'] ?? '').split(delimiter)];
  const absolute = folders.filter((folder) => isAbsolute(folder));
  return [...new Set(absolute.map((folder) => join(folder, 'nvcc')))];
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

async function ask(path: string, { environment, timeout = 10, signal }: AskNvccOptions): Promise<NvccAnswer> {
  const { end, stdout, stderr } = await runBounded({
    program: path,
    args: ['--version'],
    env: { ...environment, LC_ALL: 'C' },
    seconds: timeout,
    mostBytes,
    signal,
  });
  if (end.by === 'time') return { state: 'timed-out', path, seconds: timeout };
  if (end.by === 'output') return { state: 'unreadable', path, printed: firstLine(stdout) };
  if (end.by === 'missing') return { state: 'failed', path, message: end.message };
  if (end.by === 'signal') return { state: 'failed', path, message: `killed by ${end.signal}` };
  if (end.by === 'exit' && end.exitCode !== 0) {
    const said = firstLine(stderr);
    return { state: 'failed', path, message: `exit code ${end.exitCode}${said === '' ? '' : `: ${said}`}` };
  }
  const parsed = parseNvccVersion(stdout);
  if (parsed === undefined) return { state: 'unreadable', path, printed: firstLine(stdout) };
  return { state: 'release', path, ...parsed };
}

/** The first line that isn't empty, not longer than a message should be. */
function firstLine(text: string): string {
  const line = text.split('\n').find((candidate) => candidate.trim() !== '') ?? '';
  return line.trim().slice(0, 200);
}
