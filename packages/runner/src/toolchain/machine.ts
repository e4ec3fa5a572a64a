import { RunnerError } from '../error.js';
import type { Architecture, Target } from '../target.js';

/** What compilers and build systems call a machine, each in its own words. */
export interface Machine {
  /** GNU's triplet with glibc. */
  readonly triplet: string;
  /** zig's triple, which differs for one of them. */
  readonly zig: string;
  /** https://mesonbuild.com/Reference-tables.html#cpu-families */
  readonly cpuFamily: string;
  readonly endian: 'little' | 'big';
  /** The oldest version that symbols of its glibc have: nothing can be linked for an older one. */
  readonly firstGlibc: LibcVersion;
  /** The oldest glibc that zig has for it. */
  readonly zigGlibc: LibcVersion;
}

type LibcVersion = readonly [major: number, minor: number];

const MACHINES: Readonly<Record<Architecture, Machine>> = {
  x86_64: machine('x86_64-linux-gnu', 'x86_64', [2, 2]),
  i686: { ...machine('i686-linux-gnu', 'x86', [2, 0]), zig: 'x86-linux-gnu' },
  aarch64: machine('aarch64-linux-gnu', 'aarch64', [2, 17]),
  armv7l: machine('arm-linux-gnueabihf', 'arm', [2, 4]),
  // Its symbols begin with GLIBC_2.17, as in CentOS 7; the release that first had it is 2.19, and so zig says.
  ppc64le: { ...machine('powerpc64le-linux-gnu', 'ppc64', [2, 17]), zigGlibc: [2, 19] },
  s390x: { ...machine('s390x-linux-gnu', 's390x', [2, 2]), endian: 'big' },
  riscv64: machine('riscv64-linux-gnu', 'riscv64', [2, 27]),
};

function machine(triplet: string, cpuFamily: string, firstGlibc: LibcVersion): Machine {
  return { triplet, zig: triplet, cpuFamily, endian: 'little', firstGlibc, zigGlibc: firstGlibc };
}

/** The words for a target's machine. */
export function machineOf({ arch }: Pick<Target, 'arch'>): Machine {
  return MACHINES[arch];
}

/** GNU's triplet for a target, as `./configure --host` takes it. */
export function tripletOf(target: Pick<Target, 'arch' | 'libc'>): string {
  const { triplet } = machineOf(target);
  return target.libc === 'musl' ? muslName(triplet) : triplet;
}

/** A triple for glibc as the one for musl: `arm-linux-gnueabihf`, `arm-linux-musleabihf`. */
export function muslName(triple: string): string {
  return triple.replace('-gnu', '-musl');
}

/**
 * The glibc that zig is asked for: the target's floor, or the oldest that zig has where the floor is older. What is
 * linked may then need more than its target has; the check of the result finds that.
 *
 * @throws {@link RunnerError} `target-unsupported` for a glibc that no system ever had on this machine
 */
export function zigGlibc({ tag, arch }: Pick<Target, 'tag' | 'arch'>, floor: LibcVersion): LibcVersion {
  const { firstGlibc, zigGlibc: oldest } = machineOf({ arch });
  if (isOlder(floor, firstGlibc)) {
    const first = firstGlibc.join('.');
    throw new RunnerError(
      'target-unsupported',
      `${tag}: the symbols of glibc for ${arch} begin with GLIBC_${first}`,
      {
        hint: `ask for manylinux_${firstGlibc.join('_')}_${arch} or a newer one`,
      },
    );
  }
  return isOlder(floor, oldest) ? oldest : floor;
}

/** Whether a version of a C library is older than another. */
export function isOlder(version: LibcVersion, other: LibcVersion): boolean {
  return version[0] < other[0] || (version[0] === other[0] && version[1] < other[1]);
}
