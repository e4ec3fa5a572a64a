/**
 * What can be wrong with an ELF file.
 * - `not-elf`: the magic number is missing
 * - `truncated`: a structure leads beyond the end of the file
 * - `malformed`: a structure contradicts itself or the specification
 * - `unsupported`: valid perhaps, but of a kind that no tool here knows (ELF version 2, class 3 ...)
 * - `too-large`: a count beyond all reason, refused before memory is spent on it
 * - `unpatchable`: a change that can't be made, or not without breaking the file
 * - `unsound`: a patch whose result doesn't pass its own checks; nothing is written
 * - `short-read`: the byte source gave less than it was asked for
 * @public
 */
export type ElfErrorCode =
  | 'not-elf'
  | 'truncated'
  | 'malformed'
  | 'unsupported'
  | 'too-large'
  | 'unpatchable'
  | 'unsound'
  | 'short-read';

/** Details of an {@link ElfError}. @public */
export interface ElfErrorDetails {
  /** Where in the file, in bytes. */
  readonly offset?: number | undefined;
  /** What was being read, by its name in the specification. */
  readonly structure?: string | undefined;
  /** What should have been there. */
  readonly expected?: string | undefined;
  /** What to do about it; each code has one that is given where nothing better is known. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/**
 * The one error of this package. Callers match `code`; the message says what was found and what was expected, the
 * other properties say where.
 * @public
 */
export class ElfError extends Error {
  readonly code: ElfErrorCode;
  readonly offset?: number;
  readonly structure?: string;
  readonly expected?: string;
  readonly hint: string;

  constructor(code: ElfErrorCode, found: string, details: ElfErrorDetails = {}) {
    const { offset, structure, expected, cause } = details;
    const message = expected === undefined ? found : `${found}; expected: ${expected}`;
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ElfError';
    this.code = code;
    if (offset !== undefined) this.offset = offset;
    if (structure !== undefined) this.structure = structure;
    if (expected !== undefined) this.expected = expected;
    this.hint = details.hint ?? HINTS[code];
  }

  /** The same error, told of one file among several: its name comes first in the message. */
  in(file: string): ElfError {
    const { code, offset, structure, hint } = this;
    const error = new ElfError(code, `${file}: ${this.message}`, { offset, structure, hint, cause: this });
    return this.expected === undefined ? error : Object.assign(error, { expected: this.expected });
  }
}

const HINTS: Readonly<Record<ElfErrorCode, string>> = {
  'not-elf': 'give a shared library, program or object file of an ELF system; what this is, `file` tells',
  truncated: 'the file is damaged or was cut off: get it again from where it was made',
  malformed:
    'the file is damaged, or a tool rewrote it wrongly: compare with `readelf -aW`, and build it again',
  unsupported: 'the file is damaged, or made for a system that is not known here: `readelf -hW` tells more',
  'too-large': 'no tool makes such files: it is damaged, or made to do harm',
  unpatchable: 'link the file anew with what it should say, or leave it as it is',
  unsound: 'this is a defect of the patcher: the original was left as it was; please report it',
  'short-read': 'the file changed while it was read, or its source is defective: try again',
};
