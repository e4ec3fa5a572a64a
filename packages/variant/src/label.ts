import { VariantError } from './error.js';
import { readVariantWord } from './variant-word.js';

/**
 * The variant's word as the label of a variant wheel, as PEP 825 (draft; split from PEP 817) has it:
 * `name-1.0-py3-none-linux_x86_64-cu124.whl`. It may change, so that nothing but this function knows of it.
 * @returns the word with `_` for what a label can't have: it's `^[0-9a-z_.]+$`
 * @throws VariantError `invalid-variant` for `null`, which is the label of the variant without properties
 * @public
 */
export function variantLabel(variant: string): string {
  const label = readVariantWord(variant).word.replace(/[^0-9a-z_.]/g, '_');
  if (label !== 'null') return label;
  throw new VariantError('invalid-variant', "'null' can't be the label of a variant.", {
    hint: 'It is the label of the variant without properties; name this one otherwise.',
  });
}
