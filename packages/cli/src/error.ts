/** What can be wrong before a package is asked: the command line, the configuration, the project folder. */
export type CliErrorCode =
  | 'usage'
  | 'bad-configuration'
  | 'bad-project'
  | 'not-found'
  | 'refused'
  | 'tool-missing';

/** An error of the command line itself; `hint` says what to do. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: CliErrorCode;
  readonly hint: string | undefined;

  constructor(code: CliErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}
