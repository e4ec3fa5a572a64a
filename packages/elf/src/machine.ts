import { EM } from './constants.js';

/**
 * The architectures that platform tags can name, by the words that `uname -m` has for them.
 * @public
 */
export const ARCHITECTURES = [
  'x86_64',
  'i686',
  'aarch64',
  'armv7l',
  'ppc64',
  'ppc64le',
  's390x',
  'riscv64',
  'loongarch64',
] as const;

/** One of {@link ARCHITECTURES}. @public */
export type Architecture = (typeof ARCHITECTURES)[number];

/** What of the file header decides the machine. */
export interface MachineFacts {
  readonly class: 32 | 64;
  readonly endian: 'little' | 'big';
  readonly machine: number;
  readonly flags: number;
}

/** The machine's word, and the architecture of platform tags if there is one. */
export interface Machine {
  readonly machine: string;
  readonly architecture: Architecture | undefined;
}

/** Bits of `e_flags` on ARM (ELF for the Arm Architecture, "e_flags"). */
const EF_ARM_EABIMASK = 0xff000000;
const EF_ARM_EABI_VER5 = 0x05000000;
const EF_ARM_ABI_FLOAT_HARD = 0x400;

/**
 * Names the machine. `armv7l` stands for what the platform tags mean by it: EABI version 5, hard float, little
 * endian (PEP 599); any other ARM file is `arm` or `armeb`.
 */
export function nameMachine(facts: MachineFacts): Machine {
  const architecture = BY_HEADER[`${facts.machine}/${facts.class}/${facts.endian}`];
  if (architecture !== undefined && (architecture !== 'armv7l' || isHardFloatEabi5(facts.flags))) {
    return { machine: architecture, architecture };
  }
  return { machine: otherMachine(facts), architecture: undefined };
}

function isHardFloatEabi5(flags: number): boolean {
  return (flags & EF_ARM_EABIMASK) === EF_ARM_EABI_VER5 && (flags & EF_ARM_ABI_FLOAT_HARD) !== 0;
}

const BY_HEADER: Readonly<Record<string, Architecture>> = {
  [`${EM.X86_64}/64/little`]: 'x86_64',
  [`${EM.I386}/32/little`]: 'i686',
  [`${EM.AARCH64}/64/little`]: 'aarch64',
  [`${EM.ARM}/32/little`]: 'armv7l',
  [`${EM.PPC64}/64/big`]: 'ppc64',
  [`${EM.PPC64}/64/little`]: 'ppc64le',
  [`${EM.S390}/64/big`]: 's390x',
  [`${EM.RISCV}/64/little`]: 'riscv64',
  [`${EM.LOONGARCH}/64/little`]: 'loongarch64',
};

function otherMachine({ class: width, endian, machine }: MachineFacts): string {
  const big = endian === 'big';
  switch (machine) {
    case EM.X86_64:
      return 'x32';
    case EM.AARCH64:
      return big ? 'aarch64_be' : 'aarch64_ilp32';
    case EM.ARM:
      return big ? 'armeb' : 'arm';
    case EM.RISCV:
      return `riscv${width}`;
    case EM.LOONGARCH:
      return `loongarch${width}`;
    default:
      return OTHER_MACHINES[machine] ?? `unknown (0x${machine.toString(16)})`;
  }
}

const OTHER_MACHINES: Readonly<Record<number, string>> = {
  [EM.SPARC]: 'sparc',
  [EM.SPARC32PLUS]: 'sparc',
  [EM.SPARCV9]: 'sparc64',
  [EM.I386]: 'i386',
  [EM.M68K]: 'm68k',
  [EM.MIPS]: 'mips',
  [EM.PARISC]: 'parisc',
  [EM.PPC]: 'ppc',
  [EM.PPC64]: 'ppc64_32',
  [EM.S390]: 's390',
  [EM.SH]: 'sh',
  [EM.IA_64]: 'ia64',
  [EM.CUDA]: 'cuda',
  [EM.AMDGPU]: 'amdgpu',
  [EM.BPF]: 'bpf',
  [EM.ALPHA]: 'alpha',
};
