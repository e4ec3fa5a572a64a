import { describe, expect, it } from '@jest/globals';
import {
  claimedPlatforms,
  claimedPython,
  tagDisagreement,
  tagLines,
  tell,
  type TagClaims,
} from './tag-claim.js';

const claims = (name: string | undefined, ...inside: readonly string[]): TagClaims => {
  const [python = '', abi = '', platform = ''] = name?.split('-') ?? [];
  return {
    fileName: name === undefined ? undefined : { python, abi, platform },
    wheelFile: { path: 'a-1.dist-info/WHEEL', tags: inside },
  };
};

describe('the tags of a wheel', () => {
  it('are those of its name, then those that WHEEL alone has', () => {
    const both = claims('py2.py3-none-manylinux1_x86_64', 'py3-none-linux_x86_64', 'nonsense');
    expect(claimedPlatforms(both)).toEqual(['manylinux1_x86_64', 'linux_x86_64']);
    expect(claimedPython(both)).toEqual({ python: ['py2', 'py3'], abi: ['none'] });
  });

  it('are WHEEL’s where there is no name', () => {
    const inside = claims(undefined, 'cp311-abi3-any', 'cp312.cp313-abi3-any');
    expect(claimedPython(inside)).toEqual({ python: ['cp311', 'cp312', 'cp313'], abi: ['abi3'] });
  });
});

describe('tagLines', () => {
  it('reads nothing but the tags', () => {
    const text = 'Generator: a\r\nGenerator: b\r\nTag: py2-none-any\r\ntag:py3-none-any\nNo-Tag: x\nTag: \n';
    expect(tagLines(text)).toEqual(['py2-none-any', 'py3-none-any']);
  });
});

describe('tagDisagreement', () => {
  it.each([
    ['py2.py3-none-any', ['py2-none-any', 'py3-none-any'], [], []],
    ['py2.py3-none-any', ['py2.py3-none-any'], [], []],
    ['cp311-cp311-manylinux2014_x86_64', ['cp311-cp311-manylinux_2_17_x86_64'], [], []],
    ['cp311-cp311-linux_x86_64', ['CP311-cp311-linux_x86_64'], [], []],
    ['py3-none-manylinux1_x86_64', ['py3-none-any'], ['py3-none-manylinux1_x86_64'], ['py3-none-any']],
    ['py3-none-any', ['py3-none-any', 'py2-none-any'], [], ['py2-none-any']],
  ])('%s against %j', (name, inside, onlyInName, onlyInside) => {
    const found = tagDisagreement(claims(name, ...inside));
    expect({ name: found.onlyInName.map(tell), inside: found.onlyInside.map(tell) }).toEqual({
      name: onlyInName,
      inside: onlyInside,
    });
  });
});
