import { parseOsRelease } from './os-release.js';

/** What a file in /etc says of a Linux; a word that it doesn't have is empty. */
export interface ReleaseWords {
  readonly id: string;
  readonly version: string;
}

/** Distributions by the name that their line of a release file begins with, where it isn't their ID of os-release. */
const names: readonly (readonly [RegExp, string])[] = [
  [/^red hat enterprise linux/, 'rhel'],
  [/^oracle linux/, 'ol'],
  [/^amazon linux/, 'amzn'],
  [/^scientific linux/, 'scientific'],
];
/** Those whose VERSION_ID is the major version alone: CentOS 7.9.2009 is `centos7`. */
const byMajor = new Set(['centos', 'fedora']);

/** Where os-release(5) says that the file is, and what stood there before there was one, the most telling first. */
export const releaseFiles: readonly string[] = [
  '/etc/os-release',
  '/usr/lib/os-release',
  '/etc/lsb-release',
  '/etc/centos-release',
  '/etc/redhat-release',
  '/etc/system-release',
  '/etc/alpine-release',
  '/etc/debian_version',
];

/**
 * Reads one of `releaseFiles`: assignments of os-release(5) or lsb_release(1), or a line such as
 * `CentOS release 6.10 (Final)`, so that the words are those that os-release would have.
 * @returns `undefined` where the file says nothing
 */
export function parseReleaseFile(path: string, text: string): ReleaseWords | undefined {
  const line = text.trim().split('\n')[0]?.trim() ?? '';
  switch (path.slice(path.lastIndexOf('/') + 1)) {
    case 'lsb-release': {
      const values = parseOsRelease(text);
      const id = values.get('DISTRIB_ID')?.toLowerCase() ?? '';
      return id === '' ? undefined : { id, version: values.get('DISTRIB_RELEASE') ?? '' };
    }
    case 'centos-release':
    case 'redhat-release':
    case 'system-release':
      return parseReleaseLine(line.toLowerCase());
    case 'alpine-release':
      return /^\d+(?:\.\d+)*$/.test(line) ? { id: 'alpine', version: line } : undefined;
    case 'debian_version':
      // `12.5` is debian12; `trixie/sid` has no number yet.
      return line === '' ? undefined : { id: 'debian', version: /^\d+/.exec(line)?.[0] ?? '' };
    default: {
      const values = parseOsRelease(text);
      return { id: values.get('ID') ?? '', version: values.get('VERSION_ID') ?? '' };
    }
  }
}

function parseReleaseLine(line: string): ReleaseWords | undefined {
  const [, words, version] = /^(.+?)(?: linux)?(?: server| ami)? release (\d+(?:\.\d+)*)/.exec(line) ?? [];
  if (words === undefined || version === undefined) return undefined;
  const id = names.find(([pattern]) => pattern.test(line))?.[1] ?? words.split(' ')[0] ?? '';
  return { id, version: byMajor.has(id) ? (version.split('.')[0] ?? '') : version };
}
