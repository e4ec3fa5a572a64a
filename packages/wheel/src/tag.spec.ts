import { describe, expect, it } from '@jest/globals';
import { python } from '@wheelwright/testing';
import { expandTags, normaliseTags } from './tag.js';

describe('expandTags', () => {
  it('gives each combination once, the last part changing first', () => {
    expect(
      expandTags({ python: 'py3.py2', abi: 'none', platform: 'manylinux_2_17_x86_64.manylinux2014_x86_64' }),
    ).toEqual([
      'py2-none-manylinux2014_x86_64',
      'py2-none-manylinux_2_17_x86_64',
      'py3-none-manylinux2014_x86_64',
      'py3-none-manylinux_2_17_x86_64',
    ]);
  });

  it.each([
    { python: 'py3', abi: 'none', platform: 'any' },
    { python: 'cp39.cp311.cp310', abi: 'abi3.none', platform: 'linux_x86_64' },
    { python: 'CP311', abi: 'cp311', platform: 'win_amd64.win_amd64' },
  ])('gives the set that packaging gives for $python-$abi-$platform', async (tags) => {
    const script =
      'from packaging.tags import parse_tag\nprint(json.dumps(sorted(map(str, parse_tag(argv[0])))))';
    const expected = await python<string[]>(script, `${tags.python}-${tags.abi}-${tags.platform}`);
    expect(expandTags(tags).sort()).toEqual(expected);
  });

  it.each(['', 'py3.', '.py3', 'py-3', 'py3 ', 'py3\n', '../x'])('refuses %j', (python) => {
    expect(() => normaliseTags({ python, abi: 'none', platform: 'any' })).toThrow(
      expect.objectContaining({ code: 'bad-tag' }),
    );
  });
});
