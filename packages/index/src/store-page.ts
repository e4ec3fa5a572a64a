import { setTimeout as delay } from 'node:timers/promises';
import { StoreError, type CallOptions, type Store } from '@wheelwright/store';
import { IndexError } from './error.js';
import { formatHtml } from './html.js';
import {
  formatPage,
  largestPage,
  parseProjectPage,
  parseRootPage,
  type ProjectPage,
  type RootPage,
} from './page.js';

/** The two keys of a page: what is true, and what is shown of it. */
export interface PageKeys {
  readonly json: string;
  readonly html: string;
}

/** Of many writers at once each needs several tries; a lock that nobody gives back isn't there. */
const mostTries = 200;

/** An object with its version. */
interface Read {
  readonly bytes: Uint8Array;
  readonly etag: string;
}

/**
 * Changes a page by reading, changing and writing it conditionally, until nobody came between. Only a page that is not
 * there is taken for an empty one: what can't be read or understood is an error, and never written over.
 * @param change - called with what is there; returns what shall be there, or the same object for no change
 * @throws IndexError `malformed-page`, `busy`; StoreError
 */
export async function updateProjectPage(
  store: Store,
  keys: PageKeys,
  change: (page: ProjectPage | undefined) => ProjectPage,
  options: CallOptions = {},
): Promise<ProjectPage> {
  return updatePage(store, keys, parseProjectPage, change, options);
}

/** The same for the index's own page. */
export async function updateRootPage(
  store: Store,
  keys: PageKeys,
  change: (page: RootPage | undefined) => RootPage,
  options: CallOptions = {},
): Promise<RootPage> {
  return updatePage(store, keys, parseRootPage, change, options);
}

/** A page as it is stored, or `undefined` where there is none. */
export async function readObject(
  store: Store,
  key: string,
  { signal }: CallOptions = {},
): Promise<Read | undefined> {
  try {
    const { body, etag, size } = await store.get(key, { signal });
    if (size > largestPage) {
      throw new IndexError('malformed-page', `${key} has ${size} bytes; at most ${largestPage} are read.`);
    }
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk);
    return { bytes: Buffer.concat(chunks), etag };
  } catch (error) {
    if (error instanceof StoreError && error.code === 'not-found') return undefined;
    throw error;
  }
}

async function updatePage<Page extends ProjectPage | RootPage>(
  store: Store,
  keys: PageKeys,
  parse: (bytes: Uint8Array, key: string) => Page,
  change: (page: Page | undefined) => Page,
  { signal }: CallOptions,
): Promise<Page> {
  const page = await repeated(keys.json, signal, async () => {
    const before = await readObject(store, keys.json, { signal });
    const current = before && parse(before.bytes, keys.json);
    const next = change(current);
    if (next === current) return current;
    await store.put(keys.json, formatPage(next), {
      ...condition(before),
      contentType: 'application/vnd.pypi.simple.v1+json',
      signal,
    });
    return next;
  });
  await showPage(store, keys, parse, signal);
  return page;
}

/**
 * Brings the HTML to what the JSON says now. The HTML's version is read before the JSON: so a writer that was slow can
 * only write over a page that is no newer than what it has read.
 */
async function showPage(
  store: Store,
  keys: PageKeys,
  parse: (bytes: Uint8Array, key: string) => ProjectPage | RootPage,
  signal: AbortSignal | undefined,
): Promise<void> {
  await repeated(keys.html, signal, async () => {
    const shown = await readObject(store, keys.html, { signal });
    const truth = await readObject(store, keys.json, { signal });
    if (truth === undefined) return;
    const html = formatHtml(parse(truth.bytes, keys.json));
    if (shown !== undefined && Buffer.compare(shown.bytes, html) === 0) return;
    await store.put(keys.html, html, {
      ...condition(shown),
      contentType: 'text/html; charset=utf-8',
      signal,
    });
  });
}

function condition(before: Read | undefined): { ifMatch: string } | { ifNoneMatch: '*' } {
  return before === undefined ? { ifNoneMatch: '*' } : { ifMatch: before.etag };
}

/** Again, after a moment of random length, while others come between. */
async function repeated<T>(key: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; attempt <= mostTries; attempt += 1) {
    signal?.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'precondition-failed') throw error;
    }
    await delay(Math.random() * Math.min(1000, 10 * 2 ** attempt), undefined, { signal });
  }
  throw new IndexError('busy', `${key} was changed by others at each of ${mostTries} tries.`, {
    hint: 'Try again when fewer publish at once.',
  });
}
