import { RunnerError } from './error.js';

/** What a platform tag promises: which libc, from which version on, on which machine. */
export interface Target {
  /** The tag, with legacy aliases written out: `manylinux_2_17_x86_64`. */
  readonly tag: string;
  readonly libc: 'glibc' | 'musl';
  /** The oldest libc it must run with; absent in `linux_*`, which promises nothing. */
  readonly floor?: readonly [major: number, minor: number];
  readonly arch: Architecture;
}

/** The machine's word in platform tags (PEP 600), as `uname -m` says it. */
export type Architecture = (typeof ARCHITECTURES)[number];

const ARCHITECTURES = ['x86_64', 'i686', 'aarch64', 'armv7l', 'ppc64le', 's390x', 'riscv64'] as const;

/** PEP 600: the legacy names and the glibc version that each stands for. */
const LEGACY: Readonly<Record<string, string>> = {
  manylinux1: 'manylinux_2_5',
  manylinux2010: 'manylinux_2_12',
  manylinux2014: 'manylinux_2_17',
};

/**
 * Reads a platform tag: PEP 600 (`manylinux_2_17_x86_64`), its legacy aliases (PEP 513, 571, 599), PEP 656
 * (`musllinux_1_2_x86_64`), and `linux_x86_64`.
 *
 * @throws {@link RunnerError} `bad-target`
 */
export function parseTarget(text: string): Target {
  const arch = ARCHITECTURES.find((name) => text.endsWith(`_${name}`));
  if (arch === undefined) throw badTarget(text, `its machine is none of ${ARCHITECTURES.join(', ')}`);
  const word = text.slice(0, -arch.length - 1);
  if (word === 'linux') return { tag: text, libc: 'glibc', arch };
  const platform = LEGACY[word] ?? word;
  const match = /^(many|musl)linux_(0|[1-9]\d{0,2})_(0|[1-9]\d{0,2})$/.exec(platform);
  if (match === null) throw badTarget(text, 'it has no libc version');
  const [, family, major, minor] = match;
  return {
    tag: `${platform}_${arch}`,
    libc: family === 'many' ? 'glibc' : 'musl',
    floor: [Number(major), Number(minor)],
    arch,
  };
}

function badTarget(text: string, reason: string): RunnerError {
  return new RunnerError('bad-target', `the target '${text}' is no platform tag to compile for: ${reason}`, {
    hint: 'write one such as manylinux2014_x86_64 or manylinux_2_28_aarch64',
  });
}
