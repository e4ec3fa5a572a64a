/** What can be wrong with a wheel, with what should become one, or with the machine that writes it. */
export type WheelErrorCode =
  // The archive that is read.
  | 'bad-archive'
  | 'duplicate-name'
  | 'unsafe-name'
  | 'encrypted'
  | 'not-a-regular-file'
  | 'unsupported-method'
  | 'overlapping-members'
  | 'header-mismatch'
  | 'size-mismatch'
  | 'crc-mismatch'
  | 'too-large'
  | 'out-of-bounds'
  // Names and texts.
  | 'bad-filename'
  | 'bad-tag'
  | 'bad-name'
  | 'bad-version'
  | 'bad-project'
  | 'bad-metadata'
  | 'bad-entry-point'
  | 'bad-record'
  | 'bad-wheel-file'
  // What is written, and where.
  | 'bad-input'
  | 'input-changed'
  | 'link-leads-out'
  | 'mixed-platforms'
  | 'exists'
  | 'not-found'
  | 'out-of-space'
  | 'aborted'
  | 'io';

/** One thing that is wrong in a table of a pyproject.toml: the dotted key, and what. */
export interface ProjectProblem {
  readonly key: string;
  readonly message: string;
}

export interface WheelErrorOptions {
  readonly member?: string | undefined;
  readonly hint?: string | undefined;
  readonly problems?: readonly ProjectProblem[];
  readonly cause?: unknown;
}

/**
 * The one error of this package. `code` is for programs, the message for people; `member` is the name of the
 * archive member concerned, `hint` says what to do, `problems` lists what `checkProject` found.
 */
export class WheelError extends Error {
  override readonly name = 'WheelError';
  readonly code: WheelErrorCode;
  readonly member: string | undefined;
  readonly hint: string | undefined;
  readonly problems: readonly ProjectProblem[];

  constructor(code: WheelErrorCode, message: string, options: WheelErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.member = options.member;
    this.hint = options.hint;
    this.problems = options.problems ?? [];
  }
}

/** The code of a system error (`ENOENT`, `ENOSPC` ...), or `undefined` for any other value. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Text out of a file, as an error message may show it: quoted, with escapes, and never long. */
export function quoted(text: string, limit = 100): string {
  return JSON.stringify(text.length > limit ? `${text.slice(0, limit)}…` : text);
}
