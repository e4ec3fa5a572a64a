import type { CudaRelease } from './cuda-version.js';
import { VariantError } from './error.js';

/** What a variant's name means; a project may have names of its own (`avx2`). */
export type VariantWord =
  | { readonly kind: 'cpu' | 'native' | 'own'; readonly word: string }
  | { readonly kind: 'cuda'; readonly word: string; readonly release: CudaRelease };

/**
 * Reads the name of a variant. `cu` with the major version's digits and one digit for the minor version is CUDA
 * (cu90, cu101, cu124); releases below 5 had no such names, so `cu12` is no release but a project's own word.
 * @param text - letters, digits, `.`, `_`, `-`, `+`; upper case counts as lower case, as in `mxnet_variant=CU101`
 * @throws VariantError `invalid-variant`
 */
export function readVariantWord(text: string): VariantWord {
  const word = text.toLowerCase();
  if (!/^[a-z0-9][a-z0-9._+-]{0,63}$/.test(word) || word.includes('..')) {
    throw new VariantError('invalid-variant', `${JSON.stringify(text)} can't be the name of a variant.`, {
      hint: 'Use cpu, native, cu with the CUDA version (cu102, cu124), or a word of letters, digits, . _ - +.',
    });
  }
  if (word === 'cpu' || word === 'native') return { kind: word, word };
  const [, major, minor] = /^cu(\d{1,2})(\d)$/.exec(word) ?? [];
  if (major === undefined || Number(major) < 5) return { kind: 'own', word };
  return { kind: 'cuda', word, release: { major: Number(major), minor: Number(minor) } };
}

/** The name of a CUDA release's variant: 10.2 is `cu102`. */
export function cudaWord({ major, minor }: CudaRelease): string {
  return `cu${major}${minor}`;
}
