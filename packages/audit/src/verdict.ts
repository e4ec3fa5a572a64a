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
  | 'tag'
  | 'python'
  | 'executable-stack';

/** One reason against one tag: which file, what of it, and what a person can do about it. */
export interface Offence {
  /** The file's name in the wheel or folder; null where no file is to blame. */
  readonly file: string | null;
  /** The tag that it speaks against. */
  readonly policy: string;
  readonly kind: OffenceKind;
  readonly library: string | null;
  /** Such as `GLIBC_2.34`. */
  readonly version: string | null;
  /** Symbols that need it: the first `MAX_SYMBOLS`. */
  readonly symbols: readonly string[];
  /** Files that lead to it, from one that something outside the wheel loads. */
  readonly chain: readonly string[];
  /** The oldest tag that allows it; null where none does. */
  readonly allowedFrom: string | null;
  readonly remedy: string;
}

/** What to mend, and the tag that the files would meet when this and the fixes before it are done. */
export interface Fix {
  readonly remedy: string;
  readonly then: string;
}

/** The answer of the audit: the JSON fields of `audit` (docs/architecture.md) without schema and path. */
export interface Verdict {
  readonly kind: 'wheel' | 'file' | 'folder';
  /** No native code is in it. What isn't ELF isn't looked at: a wheel of another system is not said to be pure. */
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
  /** The tag that the files could be published under, from their names and bytes; null where they leave it open. */
  readonly suggestedTag: string | null;
  /** By policy, the libraries that it lacks, and where the host has them; null where it wasn't searched or hasn't. */
  readonly external: Readonly<Record<string, Readonly<Record<string, string | null>>>>;
  readonly files: readonly { readonly path: string; readonly elf: ElfFile }[];
}

export const MAX_SYMBOLS = 20;
