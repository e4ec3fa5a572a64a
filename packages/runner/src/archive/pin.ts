import { RunnerError } from '../error.js';
import type { PinnedArchive } from '../request.js';

/** The digest that an archive must have. */
export interface Digest {
  readonly algorithm: 'sha256' | 'sha512';
  readonly hex: string;
}

/** An exact version of a package of npm's registry: no range, no tag, no URL, and no option either. */
const NPM_SPEC =
  /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~][a-z0-9._~-]*@\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;
/** A project of the package index with an exact version (PEP 508 names, PEP 440 versions): no range, no URL. */
const PYPI_SPEC = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?==[0-9A-Za-z][0-9A-Za-z.!+_-]*$/;

/**
 * The digest that an archive is pinned to.
 *
 * @throws {@link RunnerError} `bad-request` if it's no digest, or the package isn't named exactly
 */
export function pinnedDigest(source: PinnedArchive, origin: string): Digest {
  if ('npm' in source) return npmDigest(source, origin);
  if ('pypi' in source && !PYPI_SPEC.test(source.pypi)) {
    throw new RunnerError(
      'bad-request',
      `${origin}.pypi: '${source.pypi}' is no project with an exact version`,
      { hint: 'write NAME==1.2.3' },
    );
  }
  if (/^[0-9a-f]{64}$/i.test(source.sha256)) return { algorithm: 'sha256', hex: source.sha256.toLowerCase() };
  throw new RunnerError('bad-request', `${origin}.sha256: '${source.sha256}' is no sha256: 64 hex digits`);
}

function npmDigest({ npm, integrity }: { npm: string; integrity: string }, origin: string): Digest {
  if (!NPM_SPEC.test(npm)) {
    throw new RunnerError('bad-request', `${origin}.npm: '${npm}' is no package with an exact version`, {
      hint: 'write NAME@1.2.3',
    });
  }
  const encoded = /^sha512-([A-Za-z0-9+/]{86}==)$/.exec(integrity)?.[1];
  if (encoded === undefined) {
    throw new RunnerError('bad-request', `${origin}.integrity: '${integrity}' is no sha512-BASE64`, {
      hint: `npm view ${npm} dist.integrity prints it`,
    });
  }
  return { algorithm: 'sha512', hex: Buffer.from(encoded, 'base64').toString('hex') };
}

/** What an archive is called in messages. */
export function archiveName(source: PinnedArchive): string {
  if ('npm' in source) return source.npm;
  return 'pypi' in source ? source.pypi : source.archive;
}
