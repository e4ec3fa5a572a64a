import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkMemberName, checkUniqueNames, nameCollisions } from './member-name.js';

describe('checkMemberName', () => {
  it.each(['a', 'pkg/__init__.py', 'größe/日本.txt', 'a..b/..c', 'pkg/', '.hidden', 'a b,"c"', 'xx:y'])(
    'takes %j',
    (name) => {
      expect(() => {
        checkMemberName(name);
      }).not.toThrow();
    },
  );

  it.each(['', '/', '/a', '..', 'a/..', '../a', './a', 'a/.', 'a//b', 'a\\b', 'C:/a', 'a\u007f', 'a\ud800'])(
    'refuses %j',
    (name) => {
      expect(() => {
        checkMemberName(name);
      }).toThrow(expect.objectContaining({ code: 'unsafe-name' }));
    },
  );
});

it('checkMemberName refuses what is too long for a header', () => {
  expect(() => {
    checkMemberName('x'.repeat(65_536));
  }).toThrow(/longer than 65535 bytes/);
});

describe('checkUniqueNames', () => {
  const collide = (names: string[], fold: boolean): boolean => {
    try {
      checkUniqueNames(names, { fold });
      return false;
    } catch {
      return true;
    }
  };

  it.each<[string[], exact: boolean, folded: boolean]>([
    [['a', 'b'], false, false],
    [['a', 'a'], true, true],
    [['a', 'A'], false, true],
    [['ß', 'SS'], false, true],
    [['\u00e9', 'e\u0301'], false, true],
    [['a', 'a-b', 'a/b'], true, true],
    [['A', 'a.b', 'a/b'], false, true],
    [['a/', 'a/b'], false, false],
    [['a/', 'a/'], true, true],
    [['a/', 'A/'], false, false],
    [['a/', 'a'], true, true],
  ])('%j: exactly %p, folded %p', (names, exact, folded) => {
    expect([collide(names, false), collide(names, true)]).toEqual([exact, folded]);
    expect([collide(names.reverse(), false), collide(names, true)]).toEqual([exact, folded]);
  });

  it('refuses exactly what sorting finds', () => {
    const part = fc.constantFrom('a', 'b', 'a.b', 'é');
    const name = fc
      .tuple(fc.array(part, { minLength: 1, maxLength: 3 }), fc.boolean())
      .map(([parts, folder]) => parts.join('/') + (folder ? '/' : ''));
    fc.assert(
      fc.property(fc.array(name, { maxLength: 6 }), (names) => {
        const collides = nameCollisions(names, { fold: false }).length > 0;
        const check = (): void => {
          checkUniqueNames(names, { fold: false });
        };
        if (collides) expect(check).toThrow();
        else expect(check).not.toThrow();
      }),
      { numRuns: 2000 },
    );
  });

  it('takes long paths in their stride', () => {
    const names = Array.from({ length: 100 }, (_, index) => `${'a/'.repeat(20_000)}${index}`);
    expect(collide(names, true)).toBe(false);
  });
});
