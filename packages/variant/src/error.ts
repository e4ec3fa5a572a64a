/**
 * - `invalid-variant`: a requested word that can't be a variant
 * - `no-libraries`: nothing was given to combine
 * @public
 */
export type VariantErrorCode = 'invalid-variant' | 'no-libraries';

/** What this package refuses of itself; what an ELF file is refused for is an `ElfError`. @public */
export class VariantError extends Error {
  override readonly name = 'VariantError';
  readonly code: VariantErrorCode;
  /** What to do about it, where there is something to do. */
  readonly hint?: string;

  constructor(code: VariantErrorCode, message: string, details: { hint?: string; cause?: unknown } = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.code = code;
    if (details.hint !== undefined) this.hint = details.hint;
  }
}
