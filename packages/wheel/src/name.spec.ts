import { describe, expect, it } from '@jest/globals';
import { python } from '@wheelwright/testing';
import { checkName, normaliseDistribution } from './name.js';

const VALID = ['a', 'A', '1', 'mxnet-cu101', 'zope.interface', 'Foo--Bar..baz__qux', 'a1.-_b'];
const INVALID = ['', '-a', 'a-', '_a', 'a.', 'a b', 'ä', 'a/b', '../a', 'a\n', 'a\u0000b'];

describe('names', () => {
  it('are normalised as packaging does it, with "_"', async () => {
    const script = `from packaging.utils import canonicalize_name
print(json.dumps([canonicalize_name(n, validate=True).replace('-', '_') for n in argv[0]]))`;
    expect(VALID.map(normaliseDistribution)).toEqual(await python<string[]>(script, VALID));
  });

  it.each(INVALID)('%j is refused', (name) => {
    expect(() => {
      checkName(name);
    }).toThrow(expect.objectContaining({ code: 'bad-name' }));
    expect(() => normaliseDistribution(name)).toThrow(expect.objectContaining({ code: 'bad-name' }));
  });
});
