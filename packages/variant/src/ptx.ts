import type { CudaRelease } from './cuda-version.js';

/**
 * The first minor release of each major CUDA release that speaks a PTX ISA of a major version, by NVIDIA's "PTX ISA",
 * release notes: ISA 7.0 came with CUDA 11.0, and each minor version of one with the same of the other. The ISA of
 * CUDA 12 skips one: 8.5 stands for 12.5 and 12.6, and everything after is one behind.
 */
export function ptxToolkit(major: number, minor: number): CudaRelease | undefined {
  if (major === 6 && minor <= 2) return { major: 9, minor };
  if (major === 6 && minor <= 5) return { major: 10, minor: minor - 3 };
  if (major === 7 && minor <= 8) return { major: 11, minor };
  if (major === 8 && minor <= 5) return { major: 12, minor };
  if (major === 8 && minor <= 8) return { major: 12, minor: minor + 1 };
  if (major === 9 && minor <= 9) return { major: 13, minor };
  return undefined;
}
