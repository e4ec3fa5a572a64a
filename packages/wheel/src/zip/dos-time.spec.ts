import { describe, expect, it } from '@jest/globals';
import { DOS_EPOCH, dosTime } from './dos-time.js';

describe('dosTime', () => {
  it.each([
    [DOS_EPOCH, '1980-1-1 0:0:0'],
    [0, '1980-1-1 0:0:0'],
    [1_700_000_001, '2023-11-14 22:13:20'],
    [4_354_819_199, '2107-12-31 23:59:58'],
  ])('%d is %s', (seconds, expected) => {
    const { date, time } = dosTime(seconds);
    const day = `${1980 + (date >> 9)}-${(date >> 5) & 15}-${date & 31}`;
    expect(`${day} ${time >> 11}:${(time >> 5) & 63}:${(time & 31) * 2}`).toBe(expected);
  });

  it.each([-1, 1.5, Number.NaN, 4_354_819_200, Infinity])('refuses %d', (seconds) => {
    expect(() => dosTime(seconds)).toThrow(expect.objectContaining({ code: 'bad-input' }));
  });
});
