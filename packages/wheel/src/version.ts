import { explain } from '@renovatebot/pep440';
import { quoted, WheelError } from './error.js';

const LONGEST = 200;

/**
 * The normalised form of a version (PEP 440): `V1.0-Beta2+CU.010` gives `1.0b2+cu.10`.
 * Throws `bad-version`, which says how far the version could be read and shows what one looks like.
 */
export function normaliseVersion(version: string): string {
  const text = version.trim();
  const parts = text.length > LONGEST ? null : explain(text);
  if (parts === null) throw badVersion(version, whereItFails(text));
  const numbers = [parts.epoch, ...parts.release, parts.pre, parts.post, parts.dev].flat();
  if (numbers.some((part) => typeof part === 'number' && !Number.isSafeInteger(part))) {
    throw badVersion(version, 'a number in it has more than 15 digits');
  }
  // The library reads the parts of a local version as JavaScript numbers, so that the abbreviated commit
  // `1e5` would become 100000: it is taken from the text instead.
  const local = text.split('+')[1];
  return local === undefined ? parts.public : `${parts.public}+${normaliseLocal(local)}`;
}

function normaliseLocal(local: string): string {
  return local
    .toLowerCase()
    .split(/[-_.]/)
    .map((part) => (/^\d+$/.test(part) ? part.replace(/^0+(?=\d)/, '') : part))
    .join('.');
}

function whereItFails(text: string): string {
  if (text === '') return 'it is empty';
  if (text.length > LONGEST) return `it is longer than ${LONGEST} characters`;
  for (let end = text.length - 1; end > 0; end -= 1) {
    if (explain(text.slice(0, end)) !== null) {
      return `after ${quoted(text.slice(0, end))} comes ${quoted(text.slice(end))}, at character ${end + 1}`;
    }
  }
  return 'it does not start with a number';
}

function badVersion(version: string, where: string): WheelError {
  return new WheelError('bad-version', `${quoted(version)} is not a version that PEP 440 knows: ${where}`, {
    hint: 'Versions look like 1.9.1, 2.0rc1, 1.0.post1, 1.0.dev3 or 1.9.1+cu102.',
  });
}
