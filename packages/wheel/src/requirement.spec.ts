import { describe, expect, it } from '@jest/globals';
import { python } from '@wheelwright/testing';
import { checkedSpecifier, parseRequirement, requiresDist } from './requirement.js';

const VALID = [
  ...[
    'numpy',
    'numpy>=1.20',
    'numpy >= 1.20 , < 2',
    'numpy (>=1.20,<2)',
    'a[B_c, d]~=1.4',
    'a==1.9.*',
    'a!=2.0',
  ],
  ...[
    'a===1.0',
    'a; python_version<"3.12"',
    "a>=1;sys_platform=='linux' and (os_name=='posix' or extra in 'x y')",
  ],
  ...[
    'a; "3" not in python_version',
    'a @ https://example.org/a-1.0.zip',
    'a[x]@file:///a;b.whl ; os_name == "nt"',
  ],
  'a; python_version >= "3.8" or python_version == "2.7"',
];
const INVALID = [
  ...[
    '',
    '>=1.0',
    'a>=',
    'a>=1.0,<',
    'a 1.0',
    'a>=one',
    'a[b',
    'a[]b',
    'a[,]',
    'a; ',
    'a; x == "1"',
    'a; "a" "b"',
  ],
  ...['a; os_name == "x" and', 'a; (os_name == "x"', 'a; os_name', 'a\nRequires-Dist: b', 'a;;', '-a'],
  `a; ${'('.repeat(10_000)}`,
];

const CANONICAL = `from packaging.requirements import Requirement
print(json.dumps([str(Requirement(text)) for text in argv[0]]))`;

describe('requirements', () => {
  it('mean to packaging what they meant before', async () => {
    const written = VALID.map((text) => requiresDist(parseRequirement(text)));
    const [before, after] = [await python(CANONICAL, VALID), await python(CANONICAL, written)];
    expect(lower(after)).toEqual(lower(before));
  });

  it('of an extra keep their own marker', async () => {
    const written = VALID.map((text) => requiresDist(parseRequirement(text), 'My_Extra'));
    const script = `from packaging.requirements import Requirement
marker = lambda text, extra: (lambda m: m is None or m.evaluate(dict(extra=extra)))(Requirement(text).marker)
print(json.dumps([[marker(text, 'my-extra'), marker(text, 'other')] for text in argv[0]]))`;
    const plain = await python<[boolean, boolean][]>(script, VALID);
    expect(await python(script, written)).toEqual(plain.map(([asked]) => [asked, false]));
  });

  it.each(INVALID)('refuses %j', async (text) => {
    expect(() => parseRequirement(text)).toThrow(expect.objectContaining({ code: 'bad-metadata' }));
    if (text.length < 100) await expect(python(CANONICAL, [text])).rejects.toThrow('InvalidRequirement');
  });
});

it('a direct reference is a URL, though packaging takes any word', () => {
  expect(() => parseRequirement('a @ nowhere')).toThrow(/is not "@ URL"/);
});

describe('checkedSpecifier', () => {
  it('joins clauses without spaces', () => {
    expect(checkedSpecifier('>= 3.8, !=3.9.* ,<4')).toBe('>=3.8,!=3.9.*,<4');
  });

  it.each(['3.8', '>=3.*', '~=3', '>=3,,<4', '>=three'])('refuses %j', (text) => {
    expect(() => checkedSpecifier(text)).toThrow(expect.objectContaining({ code: 'bad-metadata' }));
  });
});

function lower(texts: unknown): string[] {
  return (texts as string[]).map((text) => text.toLowerCase().replaceAll('b_c', 'b-c'));
}
