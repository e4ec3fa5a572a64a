import { quoted, WheelError } from './error.js';

const LONGEST = 200;

/** The grammar of PEP 440, appendix B, for a text in lower case: epoch, release, pre, post, dev, local. */
const VERSION = new RegExp(
  [
    /^v?(?:(?<epoch>\d+)!)?(?<release>\d+(?:\.\d+)*)/,
    /(?:[-_.]?(?<pre>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?<preNumber>\d*))?/,
    /(?:-(?<implicitPost>\d+)|[-_.]?(?<post>post|rev|r)[-_.]?(?<postNumber>\d*))?/,
    /(?:[-_.]?(?<dev>dev)[-_.]?(?<devNumber>\d*))?/,
    /(?:\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?$/,
  ]
    .map(({ source }) => source)
    .join(''),
);

const PRE: Readonly<Record<string, string>> = { alpha: 'a', beta: 'b', preview: 'rc', pre: 'rc', c: 'rc' };

/** A version taken apart, each number in its normalised spelling: as long as it's written, never a float. */
export interface VersionParts {
  readonly epoch: string;
  readonly release: readonly string[];
  /** `a1`, `b2`, `rc1` */
  readonly pre?: string;
  readonly post?: string;
  readonly dev?: string;
  readonly local?: string;
}

/** Takes a version apart (PEP 440); `undefined` for what isn't one. */
export function parseVersion(version: string): VersionParts | undefined {
  const text = version.trim();
  // Letters of other scripts may become ASCII in lower case.
  // eslint-disable-next-line no-control-regex -- the range is ASCII
  if (text.length > LONGEST || !/^[\u0000-\u007f]*$/.test(text)) return undefined;
  const groups = VERSION.exec(text.toLowerCase())?.groups;
  if (groups === undefined) return undefined;
  const {
    epoch = '0',
    release = '',
    pre,
    preNumber,
    implicitPost,
    post,
    postNumber,
    dev,
    devNumber,
    local,
  } = groups;
  return {
    epoch: plain(epoch),
    release: release.split('.').map(plain),
    ...(pre === undefined ? {} : { pre: `${PRE[pre] ?? pre}${plain(preNumber ?? '')}` }),
    ...(post === undefined && implicitPost === undefined
      ? {}
      : { post: plain(implicitPost ?? postNumber ?? '') }),
    ...(dev === undefined ? {} : { dev: plain(devNumber ?? '') }),
    ...(local === undefined ? {} : { local: local.split(/[-_.]/).map(plainIfNumber).join('.') }),
  };
}

/**
 * The normalised form of a version (PEP 440): `V1.0-Beta2+CU.010` gives `1.0b2+cu.10`.
 * Throws `bad-version`, which says how far the version could be read and shows what one looks like.
 */
export function normaliseVersion(version: string): string {
  const parts = parseVersion(version);
  if (parts === undefined) throw badVersion(version, whereItFails(version.trim()));
  const { epoch, release, pre = '', post, dev, local } = parts;
  return [
    epoch === '0' ? '' : `${epoch}!`,
    release.join('.'),
    pre,
    post === undefined ? '' : `.post${post}`,
    dev === undefined ? '' : `.dev${dev}`,
    local === undefined ? '' : `+${local}`,
  ].join('');
}

/** A number without its leading zeros; an absent one is 0. */
function plain(digits: string): string {
  return digits === '' ? '0' : digits.replace(/^0+(?=\d)/, '');
}

function plainIfNumber(part: string): string {
  return /^\d+$/.test(part) ? plain(part) : part;
}

function whereItFails(text: string): string {
  if (text === '') return 'it is empty';
  if (text.length > LONGEST) return `it is longer than ${LONGEST} characters`;
  for (let end = text.length - 1; end > 0; end -= 1) {
    if (parseVersion(text.slice(0, end)) !== undefined) {
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
