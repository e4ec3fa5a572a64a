import { expect, it } from '@jest/globals';
import { variantLabel } from './label.js';

it.each([
  ['cu124', 'cu124'],
  ['cpu', 'cpu'],
  ['AVX2', 'avx2'],
  ['rocm6.0', 'rocm6.0'],
  ['x86-64-v3', 'x86_64_v3'],
  ['cu124+mkl', 'cu124_mkl'],
])('%s is the label %s', (variant, label) => {
  expect(variantLabel(variant)).toBe(label);
  expect(label).toMatch(/^[0-9a-z_.]+$/);
});

it.each(['null', 'NULL', '', 'a b', '../x'])('refuses %j', (variant) => {
  expect(() => variantLabel(variant)).toThrow(expect.objectContaining({ code: 'invalid-variant' }));
});
