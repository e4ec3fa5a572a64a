import type { CudaReading } from './cuda-version.js';

/** The CUDA release of a library that uses CUDA. @public */
export interface CudaVerdict {
  /** `10.2`; `12` where the minor version isn't known; `null` where nothing tells. */
  readonly version: string | null;
  /** Whether a later release of the same major version is as possible. */
  readonly atLeast: boolean;
  /**
   * What tells it: a library's name, `.nv_fatbin` for the compiler of the GPU code, a toolkit's path, `nvcc`, `flag`
   * for the user's word; or the mark that only tells that there is CUDA.
   */
  readonly source: string;
}

/** What a verdict says of the CUDA release, in the form that readings are compared in. */
export function readingOf(cuda: CudaVerdict | null): CudaReading | undefined {
  if (cuda === null || cuda.version === null) return undefined;
  const [major = 0, minor] = cuda.version.split('.').map(Number);
  if (minor === undefined) return { major, minor: 0, known: 'major', source: cuda.source };
  return { major, minor, known: cuda.atLeast ? 'at-least' : 'exact', source: cuda.source };
}
