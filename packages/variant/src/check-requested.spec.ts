import { describe, expect, it } from '@jest/globals';
import { checkRequested } from './check-requested.js';
import { detectVariant } from './detect.js';
import { facts, oneDnn, cuda112, cuda12, staticCuda } from './testing/facts.js';

describe('checkRequested', () => {
  it.each([
    ['cpu', facts([], oneDnn), 'match', true],
    ['native', facts([]), 'match', true],
    ['CU102', facts(['libcudart.so.10.2']), 'match', true],
    ['cu112', cuda112, 'match', false],
    ['cu118', cuda112, 'match', false],
    ['cu124', cuda12, 'match', false],
    ['cu102', staticCuda, 'unverifiable', false],
    ['avx2', facts([]), 'unverifiable', false],
    ['cu101', facts(['libcudart.so.10.2']), 'mismatch', true],
    ['cu111', cuda112, 'mismatch', true],
    ['cu120', cuda112, 'mismatch', true],
    ['cu118', cuda12, 'mismatch', true],
    ['cu102', facts([]), 'mismatch', true],
    ['cu102', facts([], oneDnn), 'mismatch', true],
    ['cpu', facts([]), 'mismatch', true],
    ['native', facts([], oneDnn), 'mismatch', true],
    ['cpu', cuda12, 'mismatch', true],
  ])('%s of %j: %s, verified %s', (requested, given, result, verified) => {
    const check = checkRequested(requested, detectVariant(given));
    expect(check).toMatchObject({ result, verified, requested: requested.toLowerCase() });
    expect(check.message).toContain(`'${requested.toLowerCase()}'`);
    expect(check.message).toContain(check.detected);
  });

  it('does not take the request for its own confirmation', () => {
    const verdict = detectVariant(staticCuda, { requested: 'cu102' });
    expect(checkRequested('cu102', verdict)).toMatchObject({ result: 'match', verified: false });
    expect(checkRequested('cu101', verdict)).toMatchObject({ result: 'mismatch' });
  });

  it('shows both sides', () => {
    expect(checkRequested('cu118', detectVariant(cuda12)).message).toBe(
      "'cu118' was requested, and libmxnet.so is CUDA 12.x (libcudart.so.12).",
    );
  });

  it('refuses what is no word', () => {
    expect(() => checkRequested('a/b', detectVariant(facts([])))).toThrow(
      expect.objectContaining({ code: 'invalid-variant' }),
    );
  });
});
