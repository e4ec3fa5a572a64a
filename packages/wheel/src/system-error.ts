import { systemCode, WheelError } from './error.js';

/** No room on the device, over the quota, or over the limit of a file's length. */
const OUT_OF_SPACE = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/**
 * An error of the system while something was done to a path, as a WheelError. Any other error stays itself: a
 * WheelError, and what a caller's own function threw.
 */
export function fileError(error: unknown, doing: string, path: string): Error {
  if (error instanceof WheelError) return error;
  const code = systemCode(error);
  if (error instanceof Error && code === undefined) return error;
  if (code !== undefined && OUT_OF_SPACE.has(code)) {
    return new WheelError('out-of-space', `no space is left (${code}) while ${doing} ${path}`, {
      hint: 'Free some space, or choose another folder; nothing incomplete was left behind.',
      cause: error,
    });
  }
  const reason = error instanceof Error ? error.message : String(error);
  if (code === 'ENOENT')
    return new WheelError('not-found', `${path} is not there (${doing} it)`, { cause: error });
  return new WheelError('io', `${doing} ${path} failed: ${reason}`, { cause: error });
}
