/** What can go wrong before, around and after the project's own commands. Callers match these words. */
export type RunnerErrorCode =
  | 'bad-request'
  | 'bad-target'
  | 'target-unsupported'
  | 'source-missing'
  | 'source-outside'
  | 'source-unreadable'
  | 'overlay-missing'
  | 'overlay-outside'
  | 'overlay-conflict'
  | 'removal-empty'
  | 'removal-outside'
  | 'patch-failed'
  | 'python-missing'
  | 'zig-missing'
  | 'tool-missing'
  | 'engine-missing'
  | 'engine-lost'
  | 'image-missing'
  | 'node-lost'
  | 'fetch-failed'
  | 'commit-missing'
  | 'submodule-refused'
  | 'integrity'
  | 'bad-archive'
  | 'license-missing'
  | 'no-output'
  | 'output-outside'
  | 'duplicate-output'
  | 'ambiguous-output'
  | 'destination-exists'
  | 'no-space'
  | 'io';

/** What an error may say besides its code and message. */
export interface RunnerErrorDetails {
  /** What to do about it. */
  readonly hint?: string;
  /** Where the log of the build is kept, when commands had run already. */
  readonly log?: string;
  readonly cause?: unknown;
}

/** A build that couldn't be tried or whose result can't be used. A command that fails is a result, not an error. */
export class RunnerError extends Error {
  override readonly name = 'RunnerError';
  readonly code: RunnerErrorCode;
  readonly hint: string | undefined;
  readonly log: string | undefined;

  constructor(code: RunnerErrorCode, message: string, details: RunnerErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
    this.log = details.log;
  }
}

/** The errno word (`ENOENT`, `ENOSPC` ...) of a failed system call, if that's what the value is. */
export function errnoOf(error: unknown): string | undefined {
  return wordOf(error, 'code');
}

/** What an error says, and what its cause says: `fetch failed` alone is no reason. */
export function reasonOf(error: unknown): string {
  const message = wordOf(error, 'message') ?? String(error);
  const cause =
    typeof error === 'object' && error !== null && 'cause' in error
      ? wordOf(error.cause, 'message')
      : undefined;
  return cause === undefined ? message : `${message}: ${cause}`;
}

// Not by instanceof: a system call's error belongs to the realm of node:fs, which needn't be the caller's.
function wordOf(error: unknown, key: 'code' | 'path' | 'message' | 'syscall'): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const value = (error as Partial<Record<typeof key, unknown>>)[key];
  return typeof value === 'string' ? value : undefined;
}

/** The error for a full disk; `what` is what couldn't be written. */
export function noSpace(what: string, details: RunnerErrorDetails = {}): RunnerError {
  return new RunnerError('no-space', `${what}: there is no space left on the device`, {
    hint: 'free some space, or point the cache at another disk',
    ...details,
  });
}

/**
 * Gives a system call's failure the package's own type, and an error of ours the log that belongs to it.
 * Other errors stay as they are.
 */
export function withContext(error: unknown, log?: string): unknown {
  const place = log === undefined ? {} : { log };
  if (error instanceof RunnerError) {
    if (log === undefined || error.log !== undefined) return error;
    const hint = error.hint === undefined ? {} : { hint: error.hint };
    return new RunnerError(error.code, error.message, { ...hint, ...place, cause: error.cause });
  }
  const errno = errnoOf(error);
  if (errno === undefined || wordOf(error, 'syscall') === undefined) return error;
  const details = { ...place, cause: error };
  if (errno === 'ENOSPC' || errno === 'EDQUOT') return noSpace(wordOf(error, 'path') ?? 'the build', details);
  return new RunnerError('io', wordOf(error, 'message') ?? errno, details);
}
