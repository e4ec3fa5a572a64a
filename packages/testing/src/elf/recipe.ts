/** Architectures that the builder knows the header fields of. */
export type ElfMachine =
  | 'x86_64'
  | 'i686'
  | 'aarch64'
  | 'armv7l'
  | 'arm'
  | 'ppc64'
  | 'ppc64le'
  | 's390x'
  | 'riscv64'
  | 'loongarch64'
  | 'mips64el';

/** An undefined symbol; with `library` and `version` it is bound to that version, which is then needed. */
export interface ElfImport {
  readonly name: string;
  readonly weak?: boolean;
  readonly library?: string;
  readonly version?: string;
}

/** A defined symbol; `version` names one of the file's own versions, which is then defined. */
export interface ElfExport {
  readonly name: string;
  readonly type?: 'function' | 'object';
  readonly version?: string;
}

/**
 * What an ELF file is to say. Everything is optional: `buildElf({})` is the smallest x86-64 library.
 * Values that follow from others are made to fit, so that the file is valid.
 */
export interface ElfRecipe {
  readonly machine?: ElfMachine;
  /** `DYN` unless given. */
  readonly type?: 'DYN' | 'EXEC';
  /** EI_OSABI; 0 unless given. */
  readonly osabi?: number;
  /** A file without a dynamic section: a static program. */
  readonly static?: boolean;
  readonly interpreter?: string;
  readonly soname?: string;
  readonly needed?: readonly string[];
  readonly rpath?: string;
  readonly runpath?: string;
  /** Versions needed of each library, beside those that `imports` need. */
  readonly versionNeeds?: Readonly<Record<string, readonly string[]>>;
  /** Versions that the file defines, beside those that `exports` name. */
  readonly versionDefinitions?: readonly string[];
  readonly imports?: readonly (string | ElfImport)[];
  readonly exports?: readonly (string | ElfExport)[];
  /** Which hash table counts the symbols: `sysv` unless given. `sysv-lld` has 32-bit words on every machine. */
  readonly hash?: 'sysv' | 'sysv-lld' | 'gnu';
  /** Hexadecimal. */
  readonly buildId?: string;
  /** The x86-64 level of the GNU property note: 1 to 4. */
  readonly isaLevel?: 1 | 2 | 3 | 4;
  /** The bits of the GNU property `*_FEATURE_1_AND`, such as IBT (1) and SHSTK (2) on x86. */
  readonly features?: number;
  /** The kernel of the ABI tag note: major, minor, patch. */
  readonly abiTag?: readonly [number, number, number];
  /** Undefined: no PT_GNU_STACK. */
  readonly execStack?: boolean;
  /** Further sections that are not loaded, such as `.nv_fatbin`. */
  readonly sections?: Readonly<Record<string, Uint8Array>>;
  /** False: no section headers, as `sstrip` leaves a file. */
  readonly sectionHeaders?: boolean;
}
