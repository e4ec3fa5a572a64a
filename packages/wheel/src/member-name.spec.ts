import { describe, expect, it } from '@jest/globals';
import { checkMemberName, checkUniqueNames } from './member-name.js';

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

  it('takes long paths in their stride', () => {
    const names = Array.from({ length: 100 }, (_, index) => `${'a/'.repeat(20_000)}${index}`);
    expect(collide(names, true)).toBe(false);
  });
});
