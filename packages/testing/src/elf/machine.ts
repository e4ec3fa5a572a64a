import type { ElfMachine } from './recipe.js';

/** How a file for a machine is laid out, and the header fields that name it. */
export interface MachineLayout {
  readonly class: 32 | 64;
  readonly endian: 'little' | 'big';
  readonly code: number;
  readonly flags: number;
}

const wide = (code: number, flags = 0): MachineLayout => ({ class: 64, endian: 'little', code, flags });
const narrow = (code: number, flags = 0): MachineLayout => ({ class: 32, endian: 'little', code, flags });

export const machines: Readonly<Record<ElfMachine, MachineLayout>> = {
  x86_64: wide(62),
  i686: narrow(3),
  aarch64: wide(183),
  armv7l: narrow(40, 0x05000400),
  arm: narrow(40, 0x05000200),
  ppc64: { ...wide(21, 1), endian: 'big' },
  ppc64le: wide(21, 2),
  s390x: { ...wide(22), endian: 'big' },
  riscv64: wide(243, 5),
  loongarch64: wide(258, 0x43),
  mips64el: wide(8, 0x80000007),
};
