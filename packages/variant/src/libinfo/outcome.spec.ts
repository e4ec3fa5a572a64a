import { describe, expect, it } from '@jest/globals';
import { checkFeatures } from './features.js';
import { readOutcome } from './outcome.js';

const line = (message: object, nonce = 'n') => `${JSON.stringify({ nonce, ...message })}\n`;
const features = line({ outcome: 'features', features: [['CUDA', true]] });

describe('the lines of a child', () => {
  it('count with the nonce only, the first of them', () => {
    const other = line({ outcome: 'features', features: [['CUDA', false]] });
    const forged = line({ outcome: 'features', features: [['CUDA', false]] }, 'x');
    expect(readOutcome(line({ stage: 'loading' }) + forged + features + other, 'n')).toEqual({
      outcome: { features: { CUDA: true } },
      loading: true,
      foreign: true,
    });
  });

  it('count when they are whole', () => {
    expect(readOutcome(features.slice(0, -1), 'n')).toMatchObject({ outcome: undefined });
  });

  it.each(['x\n', '\n', '7\n', 'null\n', '{}\n', '{"nonce":7}\n', '[]\n'])(
    'are foreign otherwise: %j',
    (text) => {
      expect(readOutcome(text, 'n')).toEqual({ outcome: undefined, loading: false, foreign: true });
    },
  );

  it('are none where there is nothing', () => {
    expect(readOutcome('', 'n')).toEqual({ outcome: undefined, loading: false, foreign: false });
  });

  it.each([
    ['libcudnn.so.8: cannot open shared object file: No such file or directory', 'libcudnn.so.8'],
    [
      'Failed to load shared library: libc.so: cannot open shared object file: No such file or directory',
      'libc.so',
    ],
    ['Error loading shared library libgomp.so.1: No such file or directory (needed by x.so)', 'libgomp.so.1'],
  ])('name what is missing, as glibc and musl do: %s', (message, missing) => {
    expect(readOutcome(line({ outcome: 'load-failed', message }), 'n').outcome).toEqual({
      reason: 'missing-dependency',
      message: `it needs ${missing}, which isn't here`,
    });
  });

  it.each([
    [{ outcome: 'load-failed', message: 'x.so: invalid ELF header' }, 'load-failed', 'invalid ELF header'],
    [{ outcome: 'no-libinfo' }, 'no-libinfo', 'MXLibInfoFeatures'],
    [{ outcome: 'libinfo-failed', status: -1 }, 'bad-answer', '-1'],
    [{ outcome: 'features', features: [] }, 'bad-answer', 'no list of features'],
    [{ outcome: 'koffi-missing', message: 'gone' }, 'koffi-missing', 'npm install koffi'],
    [{ outcome: 'what' }, 'bad-answer', 'what'],
  ])('give a reason: %j', (message, reason, says) => {
    const { outcome } = readOutcome(line(message), 'n');
    expect(outcome).toEqual({ reason, message: expect.stringContaining(says) });
  });
});

describe('features', () => {
  it('have one name for oneDNN', () => {
    expect(checkFeatures([['MKLDNN', true]])).toEqual({ ONEDNN: true });
    expect(checkFeatures([['ONEDNN', false]])).toEqual({ ONEDNN: false });
  });

  it.each([
    [undefined],
    [{}],
    [[['CUDA']]],
    [[['CUDA', 1]]],
    [[[1, true]]],
    [[['a b', true]]],
    [[['', true]]],
    [[['x'.repeat(65), true]]],
    [['CUDA']],
    [Array.from({ length: 1025 }, (_, index) => [`F${index}`, true])],
  ])('are not %j', (value) => {
    expect(checkFeatures(value)).toBeUndefined();
  });

  it('are only what they are called', () => {
    const features = checkFeatures([['__proto__', true]]);
    expect(Object.getPrototypeOf(features)).toBe(Object.prototype);
    expect(Object.keys(features ?? {})).toEqual(['__proto__']);
  });
});
