import { describe, expect, it } from '@jest/globals';
import { python } from '@wheelwright/testing';
import { normaliseLicenseExpression } from './license-expression.js';

const CANONICAL = `from packaging.licenses import canonicalize_license_expression
print(json.dumps(canonicalize_license_expression(argv[0])))`;

describe('normaliseLicenseExpression', () => {
  it.each([
    'MIT',
    'Apache-2.0 or MIT',
    '(GPL-2.0-only with Classpath-exception-2.0) AND (MIT OR BSD-3-Clause)',
    'LGPL-2.1-only  AND  LicenseRef-Proprietary',
    'Apache-2.0+',
  ])('gives %j as packaging gives it', async (expression) => {
    expect(normaliseLicenseExpression(expression)).toBe(await python<string>(CANONICAL, expression));
  });

  it.each([
    '',
    'MIT OR',
    'OR MIT',
    'MIT Apache-2.0',
    '(MIT',
    'MIT)',
    'MIT/X11',
    'MIT AND AND MIT',
    'WITH',
    '()',
  ])('refuses %j, as packaging does', async (expression) => {
    expect(() => normaliseLicenseExpression(expression)).toThrow(
      expect.objectContaining({ code: 'bad-metadata' }),
    );
    await expect(python(CANONICAL, expression)).rejects.toThrow('InvalidLicenseExpression');
  });

  it('refuses endless nesting', () => {
    expect(() => normaliseLicenseExpression('('.repeat(100_000))).toThrow(/out of place/);
  });
});
