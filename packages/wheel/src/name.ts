import { quoted, WheelError } from './error.js';

const NAME = /^(?:[A-Z0-9]|[A-Z0-9][A-Z0-9._-]*[A-Z0-9])$/i;

/**
 * Refuses what isn't a distribution name (PyPA name format, PEP 508): ASCII letters, digits, `.`, `-` and `_`,
 * a letter or digit at both ends. Throws `bad-name`.
 */
export function checkName(name: string): void {
  if (NAME.test(name)) return;
  throw new WheelError('bad-name', `${quoted(name)} is not a distribution name`, {
    hint: 'Use letters, digits, ".", "-" and "_", with a letter or digit at both ends: simpledet-ops-cu102',
  });
}

/** The name as a wheel's file name spells it: normalised by PEP 503, with `_` for `-`. Throws `bad-name`. */
export function normaliseDistribution(name: string): string {
  checkName(name);
  return name.toLowerCase().replace(/[-_.]+/g, '_');
}

/** The name of an extra, normalised by PEP 685 (with `-`). Throws `bad-name`. */
export function normaliseExtra(name: string): string {
  return normaliseDistribution(name).replaceAll('_', '-');
}
