/**
 * What can keep a wheel from being repaired.
 * - `bad-request`: an option that can't be meant
 * - `exclude-unused`: an `exclude` pattern that no needed library matches
 * - `library-missing`: a library that must be brought along and was found nowhere
 * - `policy-not-met`: the wheel's own files need more than the wanted policy allows
 * - `floor-raised`: a library that would be grafted needs more than the policy allows
 * - `name-conflict`: two different libraries would have the same name
 * - `unreachable`: a file that no search path can lead from to the grafted libraries
 * - `input-changed`: a library that was written to while it was read
 * - `unsound`: a patched or stripped file that doesn't say what it was meant to say
 * - `tool-missing`, `tool-failed`: a program that was asked for
 * @public
 */
export type RepairErrorCode =
  | 'bad-request'
  | 'exclude-unused'
  | 'library-missing'
  | 'policy-not-met'
  | 'floor-raised'
  | 'name-conflict'
  | 'unreachable'
  | 'input-changed'
  | 'unsound'
  | 'tool-missing'
  | 'tool-failed';

/** The one error of this package. `code` is for programs, the message for people, `hint` says what to do. @public */
export class RepairError extends Error {
  override readonly name = 'RepairError';
  readonly code: RepairErrorCode;
  readonly hint: string | undefined;

  constructor(code: RepairErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}
