import type { Store } from '@wheelwright/store';
import { keys } from './name.js';

/** Where installers find an index without credentials. @public */
export type PublicIndex =
  | { readonly state: 'public'; readonly url: string }
  /** Anybody may read the files, but the address of a folder gives no page, and that's what installers ask for. */
  | { readonly state: 'no-pages'; readonly url: string }
  | { readonly state: 'private' };

/** How long an address may take to answer, in milliseconds. */
const patience = 10_000;

/**
 * Finds the address that pip and uv are given. They ask for folders (`demo-ops/`, PEP 503), which S3 answers only where
 * the bucket is a web site: that has another host than the bucket, known for Amazon's own buckets.
 * @param website - the address of the site, where the bucket has one of another server
 * @throws StoreError
 * @public
 */
export async function findPublicIndex(
  store: Store,
  {
    website,
    signal,
  }: { readonly website?: string | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<PublicIndex> {
  const page = await store.publicUrl(keys.root.html, { signal });
  const plain = page?.slice(0, -keys.root.html.length);
  const candidates =
    website === undefined
      ? plain === undefined
        ? []
        : [plain, ...websitesOf(plain)]
      : [website.endsWith('/') ? website : `${website}/`];
  for (const url of candidates) if (await answers(url, signal)) return { state: 'public', url };
  return plain === undefined ? { state: 'private' } : { state: 'no-pages', url: plain };
}

/** The addresses that Amazon gives a bucket as a web site; regions have the one or the other. */
export function websitesOf(address: string): string[] {
  const { hostname, pathname } = new URL(address);
  const [, host, region] = /^(?:(.+)\.)?s3[.-]([a-z0-9-]+)\.amazonaws\.com$/.exec(hostname) ?? [];
  if (region === undefined) return [];
  // Without the bucket in the host's name it begins the path.
  const [, first = '', ...rest] = pathname.split('/');
  const [bucket, path] = host === undefined ? [first, `/${rest.join('/')}`] : [host, pathname];
  return ['-', '.'].map((mark) => `http://${bucket}.s3-website${mark}${region}.amazonaws.com${path}`);
}

async function answers(url: string, signal: AbortSignal | undefined): Promise<boolean> {
  const deadline = AbortSignal.timeout(patience);
  const answer = await fetch(url, {
    method: 'HEAD',
    signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
  }).catch(() => undefined);
  signal?.throwIfAborted();
  return answer?.ok === true;
}
