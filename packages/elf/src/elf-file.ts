import type { Architecture } from './machine.js';
import type { AbiTag } from './note.js';
import type { ImportedSymbol } from './symbol.js';

/** A range of the file, in bytes. @public */
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
  /** `EI_CLASS` (gABI, "ELF Identification"): the width of addresses in bits. */
  readonly class: 32 | 64;
  /** `EI_DATA` (gABI, "ELF Identification"). */
  readonly endian: 'little' | 'big';
  /** The word that `uname -m` has for the machine; `arm`, `mips`, `unknown (0x1234)` ... for those without a tag. */
  readonly machine: string;
  /** `e_machine` (gABI, "ELF Header"). */
  readonly machineCode: number;
  /** `e_flags` (gABI, "ELF Header"), whose meaning is the machine's: on ARM, ABI version and floating point. */
  readonly flags: number;
  /** The architecture in platform tags. */
  readonly architecture: Architecture | undefined;
  /** `e_type` (gABI, "ELF Header") without `ET_`: `DYN`, `EXEC`, `REL`, `CORE`. */
  readonly type: string;
  /** `EI_OSABI` (gABI, "ELF Identification"): `sysv`, `gnu`, `freebsd` ... */
  readonly osabi: string;
  /** PT_INTERP (gABI, "Program Interpreter"). */
  readonly interpreter: string | undefined;
  /** Whether there is a PT_DYNAMIC: static programs and object files have none. */
  readonly hasDynamic: boolean;
  /** DT_SONAME (gABI, "Shared Object Dependencies"). */
  readonly soname: string | undefined;
  /** DT_NEEDED, in order (gABI, "Shared Object Dependencies"). */
  readonly needed: readonly string[];
  /** DT_RPATH, split at colons. Empty folders stay: the loader takes them for the current one. */
  readonly rpath: readonly string[];
  /** DT_RUNPATH, split like `rpath`. */
  readonly runpath: readonly string[];
  /** Names of the flags set in DT_FLAGS (gABI, "Dynamic Section") and DT_FLAGS_1, such as `BIND_NOW`, `PIE`. */
  readonly dynamicFlags: readonly string[];
  /** DT_VERNEED (LSB, "Version Requirements"): the versions that are needed of each library, in file order. */
  readonly versionNeeds: Readonly<Record<string, readonly string[]>>;
  /** DT_VERDEF (LSB, "Version Definitions"), without the base definition that repeats the soname. */
  readonly versionDefinitions: readonly string[];
  /** The undefined dynamic symbols (gABI, "Symbol Table"), in file order. */
  readonly imports: readonly ImportedSymbol[];
  /** How many dynamic symbols are defined; their names: `exportedNames`. */
  readonly exports: number;
  /**
   * Names under which Python can import the file: what follows `PyInit_`, `PyModExport_`, `_cffi_pypyinit_`, and `init`
   * where the file calls Python. In a file with more than 8 MiB of names, only if it calls Python.
   */
  readonly pythonInit: readonly string[];
  /** The x86 level of the GNU property note (x86-64 psABI): `x86-64`, `x86-64-v2` ... */
  readonly isa: string | undefined;
  /**
   * What all code of the file supports by its GNU property note: `IBT`, `SHSTK` on x86, `BTI`, `PAC`, `GCS` on
   * AArch64, `CFI_SS` and the like on RISC-V.
   */
  readonly features: readonly string[];
  /** NT_GNU_BUILD_ID, hexadecimal. */
  readonly buildId: string | undefined;
  /** NT_GNU_ABI_TAG (LSB): the oldest kernel that the file runs on. */
  readonly abiTag: AbiTag | undefined;
  /** Whether PT_GNU_STACK asks for an executable stack; a file without that header doesn't ask. */
  readonly execStack: boolean;
  /** DT_STRTAB and DT_STRSZ: where the dynamic strings are, for what is read on request. */
  readonly dynamicStringTable: FileRange | undefined;
  /** DT_SYMTAB: where the dynamic symbols are, the empty first one included. */
  readonly dynamicSymbolTable: { readonly offset: number; readonly count: number } | undefined;
}
