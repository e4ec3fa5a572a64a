import { describe, expect, it } from '@jest/globals';
import { parseWheelFile, wheelFileText } from './wheel-file.js';

const TEXT = `Wheel-Version: 1.0
Generator: wheelwright 0.1.0
Root-Is-Purelib: false
Tag: cp311-abi3-manylinux2014_x86_64
Tag: cp311-abi3-manylinux_2_17_x86_64
Build: 7
`;

describe('WHEEL', () => {
  it('is written with one Tag for each combination, and read back', () => {
    const tags = { python: 'cp311', abi: 'abi3', platform: 'manylinux2014_x86_64.manylinux_2_17_x86_64' };
    const input = { generator: 'wheelwright 0.1.0', rootIsPurelib: false, tags, build: '7' };
    expect(wheelFileText(input)).toBe(TEXT);
    expect(parseWheelFile(TEXT)).toEqual({
      wheelVersion: '1.0',
      generator: 'wheelwright 0.1.0',
      rootIsPurelib: false,
      tags: ['cp311-abi3-manylinux2014_x86_64', 'cp311-abi3-manylinux_2_17_x86_64'],
      build: '7',
    });
  });

  it('is read with other line ends, cases and unknown fields', () => {
    const text = TEXT.replace('false', 'True').replace('Generator', 'GENERATOR').replaceAll('\n', '\r\n');
    expect(parseWheelFile(`${text}X-Other: 1\r\n\r\nbody`)).toMatchObject({
      rootIsPurelib: true,
      generator: 'wheelwright 0.1.0',
    });
  });

  it('cannot be given a field through a value', () => {
    const tags = { python: 'py3', abi: 'none', platform: 'any' };
    for (const generator of ['a\nTag: py2-none-any', 'a\rb', 'a\u2028b', '']) {
      expect(() => wheelFileText({ generator, rootIsPurelib: true, tags })).toThrow(
        expect.objectContaining({ code: 'bad-wheel-file' }),
      );
    }
  });

  it.each([
    ['', 'needs a Wheel-Version'],
    ['Wheel-Version: one\nRoot-Is-Purelib: true\n', 'not "one"'],
    ['Wheel-Version: 1.0\n', 'needs Root-Is-Purelib'],
    ['Wheel-Version: 1.0\nRoot-Is-Purelib: maybe\n', 'not "maybe"'],
    ['Wheel-Version: 1.0\nWheel-Version: 2.0\nRoot-Is-Purelib: true\n', 'has 2 Wheel-Version fields'],
    ['Wheel-Version: 1.0\nnonsense\n', 'line 2 is not'],
    [' Wheel-Version: 1.0\n', 'line 1 is not'],
  ])('refuses %j', (text, reason) => {
    expect(() => parseWheelFile(text)).toThrow(
      expect.objectContaining({ code: 'bad-wheel-file', message: expect.stringContaining(reason) }),
    );
  });
});
