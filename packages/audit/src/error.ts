/** What can be wrong with a question to the audit. Part of the public API. */
export type AuditErrorCode = 'unknown-policy';

/** A question that can't be judged; `hint` says how to ask it. */
export class AuditError extends Error {
  override readonly name = 'AuditError';
  readonly code: AuditErrorCode;
  readonly hint: string | undefined;

  constructor(code: AuditErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}
