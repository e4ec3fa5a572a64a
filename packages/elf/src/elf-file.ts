import type { Architecture } from './machine.js';
import type { AbiTag } from './note.js';
import type { ImportedSymbol } from './symbol.js';

/** A range of the file. @public */
export interface FileRange {
  readonly offset: number;
  readonly size: number;
}

/**
 * What an ELF file says to a loader: plain data, the answer of `inspectElf`. `undefined` means that the file doesn't
 * have it. What only section headers know is the answer of `readSectionTable`.
 * @public
 */
export interface ElfFile {
  readonly class: 32 | 64;
  readonly endian: 'little' | 'big';
  /** The word that `uname -m` has for the machine; `arm`, `mips`, `unknown (0x1234)` ... for those without a tag. */
  readonly machine: string;
  /** `e_machine` */
  readonly machineCode: number;
  /** `e_flags` */
  readonly flags: number;
  /** The architecture in platform tags. */
  readonly architecture: Architecture | undefined;
  /** `e_type` without `ET_`: `DYN`, `EXEC`, `REL`, `CORE`. */
  readonly type: string;
  readonly osabi: string;
  readonly interpreter: string | undefined;
  readonly hasDynamic: boolean;
  readonly soname: string | undefined;
  readonly needed: readonly string[];
  readonly rpath: readonly string[];
  readonly runpath: readonly string[];
  /** Names of the flags set in DT_FLAGS and DT_FLAGS_1, such as `BIND_NOW`, `PIE`. */
  readonly dynamicFlags: readonly string[];
  /** The versions that are needed of each library, in file order. */
  readonly versionNeeds: Readonly<Record<string, readonly string[]>>;
  readonly versionDefinitions: readonly string[];
  readonly imports: readonly ImportedSymbol[];
  /** How many dynamic symbols are defined; their names: `exportedNames`. */
  readonly exports: number;
  /** Names under which Python can import the file. */
  readonly pythonInit: readonly string[];
  /** The x86 level of the GNU property note: `x86-64`, `x86-64-v2` ... */
  readonly isa: string | undefined;
  /**
   * What all code of the file supports by its GNU property note: `IBT`, `SHSTK` on x86, `BTI`, `PAC`, `GCS` on
   * AArch64, `CFI_SS` and the like on RISC-V.
   */
  readonly features: readonly string[];
  /** Hexadecimal. */
  readonly buildId: string | undefined;
  /** The oldest kernel that the file runs on, where a note says it. */
  readonly abiTag: AbiTag | undefined;
  /** Whether PT_GNU_STACK asks for an executable stack. */
  readonly execStack: boolean;
  /** Where the dynamic strings and symbols are, for what is read on request. */
  readonly dynamicStringTable: FileRange | undefined;
  readonly dynamicSymbolTable: { readonly offset: number; readonly count: number } | undefined;
}
