/** A release of CUDA: 11.2 is `{ major: 11, minor: 2 }`. */
export interface CudaRelease {
  readonly major: number;
  readonly minor: number;
}

/** What a source says of the CUDA release, and how much of it. */
export interface CudaReading extends CudaRelease {
  /** `at-least` leaves the minor version open upwards, `major` (with minor 0) leaves it open altogether. */
  readonly known: 'exact' | 'at-least' | 'major';
  /** The library name that says it, or `flag`. */
  readonly source: string;
}

/** `-` and hex digits stand in a name that a repair tool gave to a grafted library. */
const runtimeName = /^lib(cudart|nvrtc)(?:-[0-9a-f]{6,})?\.so\.(\d{1,3})(?:\.(\d{1,3}))?(?:\.\d+)*$/;

/**
 * What the name of a needed library says of the CUDA release. Only two libraries' names are tied to it:
 *
 * - to 10.2 both the runtime and NVRTC have the whole release in their sonames;
 * - the runtime of 11.0 to 11.8 is `libcudart.so.11.0`; NVRTC has 11.0, 11.1, and 11.2 for everything after;
 * - from 12 on neither has a minor version.
 * @returns `undefined` for every other library
 */
export function readCudaSoname(library: string): CudaReading | undefined {
  const [, family, majorText, minorText] = runtimeName.exec(library) ?? [];
  if (majorText === undefined) return undefined;
  const major = Number(majorText);
  const source = library;
  if (minorText === undefined || major >= 12) return { major, minor: 0, known: 'major', source };
  const minor = Number(minorText);
  const open = major === 11 && (family === 'cudart' || minor >= 2);
  return { major, minor, known: open ? 'at-least' : 'exact', source };
}

/** Below 0 where the first release is older, above 0 where it's newer. */
export function compareReleases(one: CudaRelease, other: CudaRelease): number {
  return one.major - other.major || one.minor - other.minor;
}

/** Whether a release may be the one that a reading speaks of. */
export function allows(reading: CudaReading, release: CudaRelease): boolean {
  if (reading.major !== release.major) return false;
  if (reading.known === 'exact') return reading.minor === release.minor;
  return reading.known === 'major' || release.minor >= reading.minor;
}

/** Whether some release fits both readings. */
export function compatible(one: CudaReading, other: CudaReading): boolean {
  if (one.known === 'exact') return allows(other, one);
  return other.known === 'exact' ? allows(one, other) : one.major === other.major;
}

const strength = { exact: 2, 'at-least': 1, major: 0 } as const;

/**
 * The reading that says most: an exact one, else the highest lower bound, else a major version. Of equals the highest
 * release, and what a library says before what a user says.
 */
export function strongest(readings: readonly CudaReading[]): CudaReading | undefined {
  return readings.toSorted(
    (one, other) =>
      strength[other.known] - strength[one.known] ||
      Number(one.source === 'flag') - Number(other.source === 'flag') ||
      compareReleases(other, one),
  )[0];
}

/** `11.2`, or `12` where only the major version is known. */
export function formatRelease(reading: CudaReading): string {
  return reading.known === 'major' ? String(reading.major) : `${reading.major}.${reading.minor}`;
}

/** `CUDA 10.2`, `CUDA 11.2 or a later 11.x`, `CUDA 12.x`. */
export function describeReading(reading: CudaReading): string {
  if (reading.known === 'major') return `CUDA ${reading.major}.x`;
  const later = reading.known === 'at-least' ? ` or a later ${reading.major}.x` : '';
  return `CUDA ${formatRelease(reading)}${later}`;
}
