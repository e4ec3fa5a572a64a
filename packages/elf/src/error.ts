/**
 * What can be wrong with an ELF file.
 * - `not-elf`: the magic number is missing
 * - `truncated`: a structure leads beyond the end of the file
 * - `malformed`: a structure contradicts itself or the specification
 * - `unsupported`: valid perhaps, but of a kind that no tool here knows (ELF version 2, class 3 ...)
 * - `too-large`: a count beyond all reason, refused before memory is spent on it
 * - `short-read`: the byte source gave less than it was asked for
 * @public
 */
export type ElfErrorCode = 'not-elf' | 'truncated' | 'malformed' | 'unsupported' | 'too-large' | 'short-read';

/** Details of an {@link ElfError}. */
export interface ElfErrorDetails {
  /** Where in the file. */
  readonly offset?: number | undefined;
  /** What was being read, by its name in the specification. */
  readonly structure?: string | undefined;
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/**
 * The one error of this package. Callers match `code`; the message names the structure and the place.
 * @public
 */
export class ElfError extends Error {
  readonly code: ElfErrorCode;
  readonly offset?: number;
  readonly structure?: string;
  readonly hint?: string;

  constructor(code: ElfErrorCode, message: string, details: ElfErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'ElfError';
    this.code = code;
    if (details.offset !== undefined) this.offset = details.offset;
    if (details.structure !== undefined) this.structure = details.structure;
    if (details.hint !== undefined) this.hint = details.hint;
  }
}
