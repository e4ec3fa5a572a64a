import { CliError } from '../error.js';

/** The value of an option that takes a whole number; `undefined` where it isn't given. Throws `usage`. */
export function wholeNumber(
  options: Record<string, unknown>,
  name: string,
  [least, most]: readonly [number, number],
): number | undefined {
  const value = options[name];
  if (typeof value !== 'string') return undefined;
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= least && number <= most) return number;
  throw new CliError('usage', `--${name} ${value} is not a whole number from ${least} to ${most}`);
}
