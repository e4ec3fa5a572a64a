import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { substitute, substituteAll } from './placeholder.js';

const values = { variant: 'cu102', prefix: '/cache/prefix', jobs: '2' };

describe('substitute', () => {
  it.each([
    ['{variant}', 'cu102'],
    ['-DROOT={prefix}/lib:{prefix}', '-DROOT=/cache/prefix/lib:/cache/prefix'],
    ['{{variant}}', '{variant}'],
    ['${variant}', '${variant}'],
    ['{"json": 1}', '{"json": 1}'],
    ['$<BUILD_INTERFACE:x>', '$<BUILD_INTERFACE:x>'],
    ['{}', '{}'],
  ])('makes %s into %s', (argument, expected) => {
    expect(substitute(argument, values, 'compile.command')).toBe(expected);
  });

  it('names the known placeholders when one is unknown', () => {
    expect(() => substitute('--{varient}', values, 'compile.command')).toThrow(
      expect.objectContaining({
        code: 'bad-request',
        message: "compile.command: '--{varient}' has the unknown placeholder {varient}",
        hint: expect.stringContaining('known: variant, prefix, jobs'),
      }),
    );
  });

  it('asks for a variant where one is used and none was asked for', () => {
    expect(() => substitute('{variant}', { jobs: '2' }, 'compile.command')).toThrow(
      expect.objectContaining({ code: 'bad-request', hint: expect.stringContaining('--variant') }),
    );
  });

  it('knows no names that objects have by themselves', () => {
    expect(() => substitute('{constructor}', values, 'x')).toThrow(
      expect.objectContaining({ code: 'bad-request' }),
    );
  });

  it('puts any value in as it is, also one that looks like a placeholder or a replacement pattern', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.constantFrom('{jobs}', '$&', "$'", '; touch x', '$(touch x)')),
        (value) => {
          expect(substitute('-D{variant}!', { variant: value, jobs: '9' }, 'x')).toBe(`-D${value}!`);
        },
      ),
    );
  });
});

it('substituteAll fills in the values of an environment, not its names', () => {
  expect(substituteAll({ ROOT: '{prefix}', '{jobs}': 'x' }, values, 'env')).toEqual({
    ROOT: '/cache/prefix',
    '{jobs}': 'x',
  });
});
