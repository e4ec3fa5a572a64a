import type { ElfFile } from '@wheelwright/elf';

/** Why a tag doesn't hold. */
export type OffenceKind =
  | 'symbol-version'
  | 'library'
  | 'symbol'
  | 'isa'
  | 'architecture'
  | 'libc'
  | 'libpython'
  | 'tag';

/** One reason against one tag: which file, what of it, and what a person can do about it. */
export interface Offence {
  /** The file's name in the wheel or folder; null where the offence is the tag itself. */
  readonly file: string | null;
  /** The tag that it speaks against. */
  readonly policy: string;
  readonly kind: OffenceKind;
  readonly library: string | null;
  /** Such as `GLIBC_2.34`. */
  readonly version: string | null;
  /** Symbols that need it: the first {@link MAX_SYMBOLS}. */
  readonly symbols: readonly string[];
  /** Files that lead to it, from one that is loaded from outside. */
  readonly chain: readonly string[];
  /** The oldest tag that allows it; null where none does. */
  readonly allowedFrom: string | null;
  readonly remedy: string;
}

/** What to mend, and the tag that it would give. */
export interface Fix {
  readonly remedy: string;
  readonly then: string;
}

/** The answer of the audit: the JSON fields of `audit` (docs/architecture.md) without schema and path. */
export interface Verdict {
  readonly kind: 'wheel' | 'file' | 'folder';
  /** No native code is in it. */
  readonly pure: boolean;
  readonly claimed: readonly string[];
  /** The most widely installable tag that it meets as it is. */
  readonly platform: string;
  /** The tag that it could get if every external library were brought along. */
  readonly platformBySymbols: string;
  /** Every claimed tag holds. */
  readonly conforms: boolean;
  readonly offences: readonly Offence[];
  /** Ranked: the first one moves the tag furthest. */
  readonly fixes: readonly Fix[];
  /** By policy, the libraries that it lacks, and where they were found: nowhere, as the host isn't searched. */
  readonly external: Readonly<Record<string, Readonly<Record<string, string | null>>>>;
  readonly files: readonly { readonly path: string; readonly elf: ElfFile }[];
}

export const MAX_SYMBOLS = 20;
