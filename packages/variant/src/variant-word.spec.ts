import { expect, it } from '@jest/globals';
import { cudaWord, readVariantWord } from './variant-word.js';

it.each([
  ['cu80', 8, 0],
  ['cu90', 9, 0],
  ['cu101', 10, 1],
  ['CU101', 10, 1],
  ['cu112', 11, 2],
  ['cu124', 12, 4],
  ['cu130', 13, 0],
])('%s is CUDA %i.%i', (text, major, minor) => {
  const word = readVariantWord(text);
  expect(word).toEqual({ kind: 'cuda', word: text.toLowerCase(), release: { major, minor } });
  expect(cudaWord({ major, minor })).toBe(text.toLowerCase());
});

it.each([
  ['cpu', 'cpu'],
  ['native', 'native'],
  ['avx2', 'own'],
  ['cu12', 'own'],
  ['cu', 'own'],
  ['cu1024', 'own'],
  ['cu102mkl', 'own'],
  ['rocm6.0', 'own'],
])('%s is %s', (text, kind) => {
  expect(readVariantWord(text)).toEqual({ kind, word: text });
});

it.each(['', 'a/b', '..', 'a..b', '-x', 'a b', 'cu102\n', 'x'.repeat(65), 'ü'])('refuses %j', (text) => {
  expect(() => readVariantWord(text)).toThrow(expect.objectContaining({ code: 'invalid-variant' }));
});
