import type { Architecture } from '@wheelwright/elf';
import type { Suffix } from './extension-name.js';
import type { Family } from './policy.js';

/** The machines of the triplets in extension names (PEP 3149; CPython's configure, PLATFORM_TRIPLET). */
const MACHINES: Readonly<Record<string, Architecture>> = {
  x86_64: 'x86_64',
  i386: 'i686',
  i686: 'i686',
  aarch64: 'aarch64',
  arm: 'armv7l',
  powerpc64: 'ppc64',
  powerpc64le: 'ppc64le',
  s390x: 's390x',
  riscv64: 'riscv64',
  loongarch64: 'loongarch64',
};

/** CPython names musl in its suffix since 3.11 (bpo-43112); before, both C libraries were `gnu`. */
const NAMES_MUSL_SINCE = 311;

/** Says what is wrong where a suffix names another machine or C library than the file's; undefined where it fits. */
export function tripletProblem(
  triplet: string,
  suffix: Suffix,
  architecture: Architecture | undefined,
  libc: Family | undefined,
): string | undefined {
  const machine = MACHINES[triplet.split('-')[0] ?? ''];
  if (machine !== undefined && architecture !== undefined && machine !== architecture) {
    return `its name says ${triplet}, but it is a file for ${architecture}: Python on ${architecture} doesn't import it; rename it`;
  }
  const namesMusl = suffix.kind === 'cpython' && Number(suffix.version) >= NAMES_MUSL_SINCE;
  if (namesMusl && libc === 'musllinux' && triplet.includes('-linux-gnu')) {
    return `its name says ${triplet}, but it is a file for musl, whose Python looks for -linux-musl; rename it`;
  }
  return undefined;
}
