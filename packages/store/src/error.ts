/**
 * What went wrong in a store, as callers match it.
 *
 * - `not-found`: no object has this key
 * - `precondition-failed`: `ifNoneMatch` or `ifMatch` does not hold (HTTP 412)
 * - `invalid-key`, `invalid-range`, `invalid-url`: the argument itself is refused
 * - `key-conflict`: `a` and `a/b` can't both be objects here
 * - `checksum-mismatch`: the bytes that arrived are not the bytes that were announced
 * - `source-unreadable`: the local file to be stored can't be read
 * - `access-denied`, `out-of-space`, `busy`, `io`: what the medium answered
 * - `unavailable`: the server could not be reached, or went on failing
 * - `bucket-missing`: there is no such bucket
 * - `unsupported`, `unsupported-scheme`: this store or this medium can't do it
 * @public
 */
export type StoreErrorCode =
  | 'not-found'
  | 'precondition-failed'
  | 'invalid-key'
  | 'invalid-range'
  | 'invalid-url'
  | 'key-conflict'
  | 'checksum-mismatch'
  | 'source-unreadable'
  | 'access-denied'
  | 'out-of-space'
  | 'busy'
  | 'io'
  | 'unavailable'
  | 'bucket-missing'
  | 'unsupported'
  | 'unsupported-scheme';

/** What an error may say beyond its message. @public */
export interface StoreErrorDetails {
  readonly key?: string;
  readonly hint?: string;
  readonly cause?: unknown;
}

/** The only error that a store throws of itself; an abort throws the signal's own reason. @public */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;
  /** The object that was asked for, where there is one. */
  readonly key?: string;
  /** What to do about it, where there is something to do. */
  readonly hint?: string;

  constructor(code: StoreErrorCode, message: string, details: StoreErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.code = code;
    if (details.key !== undefined) this.key = details.key;
    if (details.hint !== undefined) this.hint = details.hint;
  }
}
