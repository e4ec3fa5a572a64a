/** Numbers of the System V gABI, the LSB and their GNU extensions, by the names these give them. */

export const EM = {
  SPARC: 2,
  I386: 3,
  M68K: 4,
  MIPS: 8,
  PARISC: 15,
  SPARC32PLUS: 18,
  PPC: 20,
  PPC64: 21,
  S390: 22,
  ARM: 40,
  SH: 42,
  SPARCV9: 43,
  IA_64: 50,
  X86_64: 62,
  AARCH64: 183,
  CUDA: 190,
  AMDGPU: 224,
  RISCV: 243,
  BPF: 247,
  LOONGARCH: 258,
  ALPHA: 0x9026,
} as const;

export const PT = {
  LOAD: 1,
  DYNAMIC: 2,
  INTERP: 3,
  NOTE: 4,
  PHDR: 6,
  GNU_STACK: 0x6474e551,
  GNU_RELRO: 0x6474e552,
  GNU_PROPERTY: 0x6474e553,
} as const;

export const PN_XNUM = 0xffff;

export const SHT = {
  SYMTAB: 2,
  HASH: 5,
  NOTE: 7,
  NOBITS: 8,
  DYNSYM: 11,
  GNU_HASH: 0x6ffffff6,
  GNU_VERDEF: 0x6ffffffd,
  GNU_VERNEED: 0x6ffffffe,
  GNU_VERSYM: 0x6fffffff,
} as const;

export const SHN = { UNDEF: 0, XINDEX: 0xffff } as const;

export const DT = {
  NULL: 0,
  NEEDED: 1,
  HASH: 4,
  STRTAB: 5,
  SYMTAB: 6,
  STRSZ: 10,
  SYMENT: 11,
  SONAME: 14,
  RPATH: 15,
  SYMBOLIC: 16,
  TEXTREL: 22,
  BIND_NOW: 24,
  RUNPATH: 29,
  FLAGS: 30,
  GNU_HASH: 0x6ffffef5,
  VERSYM: 0x6ffffff0,
  FLAGS_1: 0x6ffffffb,
  VERDEF: 0x6ffffffc,
  VERDEFNUM: 0x6ffffffd,
  VERNEED: 0x6ffffffe,
  VERNEEDNUM: 0x6fffffff,
  MIPS_SYMTABNO: 0x70000011,
} as const;

export const STB = { LOCAL: 0, WEAK: 2 } as const;
export const STT = { FUNC: 2, GNU_IFUNC: 10 } as const;

/** Symbol version indices (LSB): 0 local, 1 global; the top bit only says "hidden". */
export const VERSION_INDEX_MASK = 0x7fff;
export const VER_NDX_GLOBAL = 1;
export const VER_FLG_BASE = 1;

export const NT = { GNU_ABI_TAG: 1, GNU_BUILD_ID: 3, GNU_PROPERTY_TYPE_0: 5 } as const;

/** Types of GNU properties. Those of processors share their numbers. */
export const GNU_PROPERTY = {
  AARCH64_FEATURE_1_AND: 0xc0000000,
  RISCV_FEATURE_1_AND: 0xc0000000,
  X86_FEATURE_1_AND: 0xc0000002,
  X86_ISA_1_NEEDED: 0xc0008002,
} as const;
