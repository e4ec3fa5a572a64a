import { RunnerError } from '../../error.js';

/** What a container may use. Everything that isn't said here has a limit too. */
export interface ContainerSettings {
  /** A name, a digest or an id that the engine knows. */
  readonly image: string;
  /** Whether the build reaches the network; not unless asked. */
  readonly network?: boolean;
  /** As the engine writes it: `512m`, `8g`. */
  readonly memory?: string;
  /** The size of everything that the build writes. It lies in memory, and counts as such. */
  readonly disk?: string;
  readonly cpus?: number;
  readonly pids?: number;
}

/** Enough for a large C++ library; nothing that a fork bomb or `dd` could hurt a host with. */
export const DEFAULT_LIMITS = { memory: '8g', disk: '4g', pids: 2048 } as const;

const IMAGE = /^[A-Za-z0-9][A-Za-z0-9._/:@-]{0,254}$/;
const SIZE = /^[1-9]\d{0,14}[bkmg]?$/;

/**
 * Every problem of a container's settings: none of them may be anything but the value that it is.
 *
 * @throws {@link RunnerError} `bad-request`
 */
export function checkSettings({ image, memory, disk, cpus, pids }: ContainerSettings): void {
  const problems = [
    ...(IMAGE.test(image) ? [] : [`'${image}' is no name of an image`]),
    ...[['memory', memory] as const, ['disk', disk] as const].flatMap(([key, value]) =>
      value === undefined || SIZE.test(value) ? [] : [`${key} is '${value}', not a size such as 512m or 8g`],
    ),
    ...(cpus === undefined || (Number.isFinite(cpus) && cpus > 0) ? [] : [`cpus is ${cpus}, not a count`]),
    ...(pids === undefined || (Number.isInteger(pids) && pids > 0) ? [] : [`pids is ${pids}, not a count`]),
  ];
  if (problems.length > 0) throw new RunnerError('bad-request', `docker: ${problems.join('; ')}`);
}

/** The limits that hold: those that were set, and the defaults for the others. */
export function limitsOf({ memory, disk, pids }: ContainerSettings): {
  readonly memory: string;
  readonly disk: string;
  readonly pids: number;
} {
  return {
    memory: memory ?? DEFAULT_LIMITS.memory,
    disk: disk ?? DEFAULT_LIMITS.disk,
    pids: pids ?? DEFAULT_LIMITS.pids,
  };
}

/** A size such as `512m` in bytes. */
export function sizeInBytes(size: string): number {
  const unit = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[size.at(-1) ?? ''];
  return unit === undefined ? Number(size) : Number(size.slice(0, -1)) * unit;
}
