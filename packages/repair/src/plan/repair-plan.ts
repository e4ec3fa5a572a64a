import type { Offence, Verdict } from '@wheelwright/audit';
import type { ElfFile } from '@wheelwright/elf';
import type { ElfChanges } from '@wheelwright/elf/patch';
import type { Provider } from '../provider.js';

/** A library that is brought into the wheel. */
export interface Graft {
  /** Its new name, which is its file name and its soname. */
  readonly name: string;
  /** Where it goes, in the wheel. */
  readonly member: string;
  /** Where it comes from: the file itself, behind all symbolic links. */
  readonly from: string;
  /** Where it was found. */
  readonly found: string;
  /** Of the file as it was found, in hexadecimal. */
  readonly sha256: string;
  /** The names that files need it by. */
  readonly names: readonly string[];
  readonly changes: ElfChanges;
  /** What the patched file says. */
  readonly expected: ElfFile;
}

/** A file of the wheel that changes. */
export interface PatchedMember {
  readonly member: string;
  /** Its name in the repaired wheel: another one only for a program whose place a script takes. */
  readonly to: string;
  readonly changes: ElfChanges;
  readonly expected: ElfFile;
  /** Entries of its search path that led out of the wheel. */
  readonly dropped: readonly string[];
}

/** How a wheel is to be repaired: pure data. */
export interface RepairPlan {
  /** The platform tag that was aimed at. */
  readonly policy: string;
  /** The platform tags of the repaired wheel, sorted. */
  readonly platforms: readonly string[];
  readonly fileName: string;
  /** In the order of their names. */
  readonly grafts: readonly Graft[];
  readonly members: readonly PatchedMember[];
  readonly providers: readonly Provider[];
  /** Libraries that are left to the machine's driver. */
  readonly drivers: readonly string[];
  /** Needs of libpython that go: an extension finds Python's symbols in the interpreter. */
  readonly libpython: readonly { readonly file: string; readonly library: string }[];
  /** The audit's word on the repaired wheel. */
  readonly verdict: Verdict;
}

/** The answer of planning. */
export type Planning =
  | { readonly status: 'planned'; readonly plan: RepairPlan }
  | {
      readonly status: 'refused';
      /** `floor`: a library that would be grafted needs too much; `policy`: one of the wheel's own files does. */
      readonly reason: 'floor' | 'policy';
      readonly policy: string;
      readonly offences: readonly Offence[];
      /** The libraries that would be grafted, by their paths in the wheel. */
      readonly grafts: readonly Graft[];
      /** The tag that the repaired wheel would meet. */
      readonly best: string;
    };
