/**
 * - `invalid-commit`, `invalid-word`, `invalid-layout`, `invalid-name`: the argument itself is refused
 * - `name-collision`: two files of one artifact would get the same key
 * - `unreadable-file`: a local file can't be read or isn't a file
 * - `conflict`: other bytes lie under this identity already
 * - `malformed-meta`: a meta file can't be understood
 * - `damaged`: the files in the store aren't those that the meta file names
 * - `destination`: something is in the way where a pull would put a file
 * - `ambiguous`: an identity has several meta files
 * @public
 */
export type ArtifactErrorCode =
  | 'invalid-commit'
  | 'invalid-word'
  | 'invalid-layout'
  | 'invalid-name'
  | 'name-collision'
  | 'unreadable-file'
  | 'conflict'
  | 'malformed-meta'
  | 'damaged'
  | 'destination'
  | 'ambiguous';

/** What this package refuses of itself; what the store refuses is a `StoreError`. @public */
export class ArtifactError extends Error {
  override readonly name = 'ArtifactError';
  readonly code: ArtifactErrorCode;
  /** What to do about it, where there is something to do. */
  readonly hint?: string;

  constructor(code: ArtifactErrorCode, message: string, details: { hint?: string; cause?: unknown } = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.code = code;
    if (details.hint !== undefined) this.hint = details.hint;
  }
}
