/**
 * - `bad-wheel`: the file is no wheel, or breaks its rules
 * - `conflict`: another wheel was published under this file name
 * - `malformed-page`: a page of the index can't be understood; nothing is written over it
 * - `not-found`: no such project, version or file is in the index
 * - `busy`: too many others changed the same page at once
 * @public
 */
export type IndexErrorCode = 'bad-wheel' | 'conflict' | 'malformed-page' | 'not-found' | 'busy';

/** What this package refuses of itself; what the store refuses is a `StoreError`. @public */
export class IndexError extends Error {
  override readonly name = 'IndexError';
  readonly code: IndexErrorCode;
  /** What to do about it, where there is something to do. */
  readonly hint?: string;

  constructor(code: IndexErrorCode, message: string, details: { hint?: string; cause?: unknown } = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.code = code;
    if (details.hint !== undefined) this.hint = details.hint;
  }
}
