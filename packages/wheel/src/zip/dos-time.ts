import { WheelError } from '../error.js';
import type { DosTime } from './header.js';

/** 1980-01-01, where the format's calendar begins, in seconds since 1970. */
export const DOS_EPOCH = 315_532_800;
/** 2107-12-31T23:59:59Z, where it ends. */
const DOS_END = 4_354_819_199;

/**
 * A time as ZIP headers hold it, in UTC and to two seconds. What is before 1980 becomes 1980, as other writers
 * of wheels do with SOURCE_DATE_EPOCH. Throws `bad-input` for what isn't a whole number of seconds up to 2107.
 */
export function dosTime(seconds: number): DosTime {
  if (!Number.isSafeInteger(seconds) || seconds < 0 || seconds > DOS_END) {
    throw new WheelError('bad-input', `${seconds} is not a time that a ZIP archive can hold`, {
      hint: 'SOURCE_DATE_EPOCH is a whole number of seconds since 1970, up to the year 2107.',
    });
  }
  const at = new Date(Math.max(seconds, DOS_EPOCH) * 1000);
  return {
    date: ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate(),
    time: (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1),
  };
}
