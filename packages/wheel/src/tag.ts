import { quoted, WheelError } from './error.js';

/** The three parts of a wheel's tag as its file name spells them, each a set joined by `.` (PEP 425). */
export interface WheelTags {
  /** `py3`, `py2.py3`, `cp311` */
  readonly python: string;
  /** `none`, `abi3`, `cp311` */
  readonly abi: string;
  /** `any`, `linux_x86_64`, `manylinux2014_x86_64.manylinux_2_17_x86_64` */
  readonly platform: string;
}

const PART = /^[a-z0-9_]+$/;

/**
 * The sets in the form that PEP 425 asks of a file name: sorted, each tag once, lower case.
 * Throws `bad-tag` for an empty tag or a character that a file name cannot carry.
 */
export function normaliseTags(tags: WheelTags): WheelTags {
  return {
    python: sortedSet('python', tags.python),
    abi: sortedSet('abi', tags.abi),
    platform: sortedSet('platform', tags.platform),
  };
}

/**
 * Every combination of the three sets, one `python-abi-platform` each, in the order of PEP 425's expansion:
 * these are the `Tag:` lines of WHEEL. Throws `bad-tag`.
 */
export function expandTags(tags: WheelTags): string[] {
  const { python, abi, platform } = normaliseTags(tags);
  return python
    .split('.')
    .flatMap((py) =>
      abi.split('.').flatMap((ab) => platform.split('.').map((plat) => `${py}-${ab}-${plat}`)),
    );
}

function sortedSet(which: string, text: string): string {
  const parts = text.toLowerCase().split('.');
  const wrong = parts.find((part) => !PART.test(part));
  if (wrong !== undefined) {
    throw new WheelError('bad-tag', `${quoted(wrong)} in the ${which} tag ${quoted(text)} is not a tag`, {
      hint: 'Tags are letters, digits and "_", joined by ".": manylinux2014_x86_64.manylinux_2_17_x86_64',
    });
  }
  return [...new Set(parts)].sort().join('.');
}
