import { describe, expect, it } from '@jest/globals';
import { python } from '@wheelwright/testing';
import { WheelError } from './error.js';
import { normaliseVersion } from './version.js';

const VALID = [
  ...['1.0', '1.9.1', '01.02', '1!2.0', 'v1.0', 'V1.0-Beta2', '1.0.alpha', '1.0a1', '1.0c2', '1.0.preview3'],
  ...['1.0-1', '1.0.post', '1.0.rev4', '1.0.dev', '1.0.dev03', '1.0a1.post2.dev3', ' 1.0 ', '2024.10.05'],
  ...['1.0+cu102', '1.0+CU-102_x', '1.0+0010', '1.0+1e5', '1.0+0x10', '1.0+1e55555', '1.0+20240101.abc.07'],
];
const INVALID = [
  '',
  ' ',
  'latest',
  '1.0-foo',
  '1.0.',
  '1..0',
  '1.0+',
  '1.0+a..b',
  '1.0+ä',
  '1.0b2!',
  '1.0\n2',
  '-1',
  '1.0*',
];

describe('normaliseVersion', () => {
  it('agrees with packaging on valid versions', async () => {
    const script =
      'from packaging.version import Version\nprint(json.dumps([str(Version(v)) for v in argv[0]]))';
    const expected = await python<string[]>(script, VALID);
    expect(VALID.map((version) => normaliseVersion(version))).toEqual(expected);
  });

  it.each(INVALID)('refuses %j', (version) => {
    expect(() => normaliseVersion(version)).toThrow(expect.objectContaining({ code: 'bad-version' }));
  });

  it('says where it stopped and what a version looks like', () => {
    const error = caught(() => normaliseVersion('1.0b2-custom'));
    expect(error.message).toBe(
      '"1.0b2-custom" is not a version that PEP 440 knows: after "1.0b2" comes "-custom", at character 6',
    );
    expect(error.hint).toContain('1.9.1+cu102');
  });

  it('keeps numbers of any length, and refuses versions of more than 200 characters', () => {
    expect(normaliseVersion('1.099999999999999999999')).toBe('1.99999999999999999999');
    expect(normaliseVersion('1.0+99999999999999999999')).toBe('1.0+99999999999999999999');
    expect(() => normaliseVersion(`1.${'0'.repeat(100_000)}`)).toThrow(/longer than 200/);
  });
});

function caught(act: () => unknown): WheelError {
  try {
    act();
  } catch (error) {
    if (error instanceof WheelError) return error;
  }
  throw new Error('no WheelError was thrown');
}
