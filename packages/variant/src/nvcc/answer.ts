import type { CudaRelease } from '../cuda-version.js';

/** What nvcc, the CUDA compiler of a machine, says of its release; told apart by `state`. @public */
export type NvccAnswer =
  | {
      readonly state: 'release';
      readonly path: string;
      readonly release: CudaRelease;
      /** The line that says it. */
      readonly line: string;
    }
  /** There is none at any of these paths. */
  | { readonly state: 'absent'; readonly searched: readonly string[] }
  /** It ended with another exit code than 0, or by a signal, or couldn't be started. */
  | { readonly state: 'failed'; readonly path: string; readonly message: string }
  /** It didn't end in time. */
  | { readonly state: 'timed-out'; readonly path: string; readonly seconds: number }
  /** It printed something else than a release. */
  | { readonly state: 'unreadable'; readonly path: string; readonly printed: string };

/** Why there is no release, in a sentence's part: `/usr/local/cuda/bin/nvcc didn't end within 10 s`. */
export function describeNvccFailure(answer: Exclude<NvccAnswer, { state: 'release' }>): string {
  switch (answer.state) {
    case 'absent':
      return `there is no nvcc: ${answer.searched.join(', ')}`;
    case 'failed':
      return `${answer.path} failed: ${answer.message}`;
    case 'timed-out':
      return `${answer.path} didn't end within ${answer.seconds} s`;
    case 'unreadable':
      return `${answer.path} --version names no release: ${JSON.stringify(answer.printed)}`;
  }
}

/**
 * Reads the output of `nvcc --version`: `Cuda compilation tools, release 11.2, V11.2.152`.
 * @returns the release and its line, or `undefined` where no line has one
 */
export function parseNvccVersion(
  text: string,
): { readonly release: CudaRelease; readonly line: string } | undefined {
  for (const line of text.split(/\r?\n/)) {
    const [, major, minor] = /\brelease (\d{1,2})\.(\d{1,2})(?:[,\s]|$)/.exec(line) ?? [];
    if (major !== undefined)
      return { release: { major: Number(major), minor: Number(minor) }, line: line.trim() };
  }
  return undefined;
}
