import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreError, type Store } from '@wheelwright/store';
import type { Artifact, ArtifactFile } from './artifact.js';
import { ArtifactError } from './error.js';
import { fetchFile, type WantedFile } from './fetch-file.js';
import { placeOf, roleOf } from './file-name.js';
import type { ArtifactId } from './identity.js';
import { installFiles, type FetchedFile } from './install.js';
import { readLayout } from './layout.js';
import { listArtifacts, type ArtifactSummary } from './list.js';
import { isMetaName, locateArtifact, type Located } from './locate.js';
import { isNameOf } from './meta.js';
import { reporter, type TransferProgress } from './progress.js';
import { readMetaBytes } from './remote.js';
import { belongs } from './show.js';
import { openStaging } from './staging.js';

/** @public */
export interface PullRequest {
  readonly id: ArtifactId;
  /** The absolute path of the folder that the files come to; it is made where it isn't there. */
  readonly folder: string;
  /** The name of a layout or a template; `default` by default. */
  readonly layout?: string | undefined;
  /** How many files are fetched at once (4). */
  readonly concurrency?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined;
}

/** What a pull came to. @public */
export type PullResult =
  | {
      readonly status: 'pulled';
      readonly artifact: Artifact;
      /** Whether a meta file with digests confirmed every file: MXNet's own script wrote none. */
      readonly verified: boolean;
    }
  | {
      readonly status: 'not-found';
      readonly prefix: string;
      /** Artifacts of the same commit and branch. */
      readonly nearby: readonly ArtifactSummary[];
    };

/** An artifact that lies in the store, as a pull needs it. */
interface Source {
  readonly prefix: string;
  readonly metaName: string;
  readonly id: ArtifactId;
  readonly files: readonly (WantedFile & { readonly mode: number })[];
  readonly verified: boolean;
  /** Which version of the meta file says so. */
  readonly version: string | undefined;
}

/** How often a pull begins again because another artifact took this one's place meanwhile. */
const mostRestarts = 3;

/**
 * Fetches an artifact into `FOLDER/{libmxnet.so, libmxnet.meta, licenses/, dependencies/}`. Every file lies in a staging
 * folder until the meta file's sha256 has confirmed it, and comes to its place by a rename, the meta file last.
 *
 * An aborted pull leaves nothing. One that was killed, or whose network went away, is resumed by the next.
 * @throws ArtifactError `damaged` when the store hasn't what the meta file says, `malformed-meta`, `ambiguous`,
 * `destination`; StoreError
 * @public
 */
export async function pullArtifact(store: Store, request: PullRequest): Promise<PullResult> {
  const { folder, signal } = request;
  const layout = readLayout(request.layout);
  for (let restart = 0; ; restart += 1) {
    const located = await locateArtifact(store, layout, request.id, signal);
    if (located.state === 'absent') {
      return { status: 'not-found', prefix: located.prefix, nearby: await listNearby(store, request) };
    }
    if (located.state === 'found') checkBelongs(located, (id) => belongs(layout, id, located.prefix));
    const source = sourceOf(located);
    const staging = await openStaging(folder);
    try {
      const artifact = await pullFrom(store, source, staging.path, request);
      await staging.remove();
      return { status: 'pulled', artifact, verified: source.verified };
    } catch (error) {
      const isInterrupted = error instanceof StoreError && error.code === 'unavailable';
      if (isInterrupted && signal?.aborted !== true) staging.keep();
      else await staging.remove();
      signal?.throwIfAborted();
      if (restart === mostRestarts || !(await wasReplaced(store, source, signal))) throw error;
    }
  }
}

async function pullFrom(
  store: Store,
  source: Source,
  staging: string,
  { folder, concurrency = 4, signal, onProgress }: PullRequest,
): Promise<Artifact> {
  const report = reporter(new Map(source.files.map(({ name, size }) => [name, size])), onProgress);
  const metaKey = source.prefix + source.metaName;
  const meta = await readMetaBytes(store, metaKey, signal);
  if (meta === undefined || (source.version !== undefined && meta.etag !== source.version)) {
    throw new StoreError('precondition-failed', `${metaKey} changed while its artifact was pulled.`);
  }
  const fetched: FetchedFile[] = [];
  const described: ArtifactFile[] = [];
  await inParallel(source.files, concurrency, async (file) => {
    const { path, size, sha256 } = await fetchFile(store, file, staging, {
      signal,
      onProgress: report(file),
    });
    fetched.push({ path, name: file.name, mode: file.mode });
    described.push({ name: file.name, role: roleOf(file.name), size, sha256, key: file.key });
  });
  signal?.throwIfAborted();
  const metaPath = join(staging, 'meta');
  await writeFile(metaPath, meta.bytes, { flush: true });
  await installFiles(folder, fetched, { path: metaPath, name: source.metaName, mode: 0o644 });
  const order = new Map(source.files.map(({ name }, index) => [name, index]));
  const files = described.sort((one, other) => (order.get(one.name) ?? 0) - (order.get(other.name) ?? 0));
  const { size, sha256 } = meta;
  return {
    id: source.id,
    prefix: source.prefix,
    url: store.urlOf(source.prefix),
    files: [...files, { name: source.metaName, role: 'meta', size, sha256, key: metaKey }],
  };
}

/** Runs a few at once; the first failure stops the rest, and is thrown when those at work have ended. */
async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (const item of queue) {
      if (failures.length > 0) return;
      await work(item).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(width, items.length)) }, worker));
  if (failures.length > 0) throw failures[0];
}

function checkBelongs(
  { metaName, found }: Extract<Located, { state: 'found' }>,
  isOfPrefix: (id: ArtifactId) => boolean,
): void {
  if (isNameOf(metaName, found.meta) && isOfPrefix(found.meta.id)) return;
  throw new ArtifactError('damaged', `The meta file ${found.key} is of another artifact.`, {
    hint: 'Somebody copied it there. Push the right artifact with --replace.',
  });
}

function sourceOf(located: Exclude<Located, { state: 'absent' }>): Source {
  const { prefix, metaName } = located;
  if (located.state === 'found') {
    const { meta, etag } = located.found;
    const files = meta.files.map((file) => ({ ...file, key: prefix + file.name }));
    return { prefix, metaName, id: meta.id, files, verified: true, version: etag };
  }
  const files = [...located.places]
    .filter(([place]) => !isMetaName(place))
    .map(([name, { key, size }]) => ({ name: legacyName(name), key, size, sha256: undefined, mode: 0o644 }));
  return { prefix, metaName, id: located.id, files, verified: false, version: undefined };
}

/** A key is no better than any other input. @throws ArtifactError `invalid-name` */
function legacyName(place: string): string {
  const role = roleOf(place);
  return placeOf(role, role === 'library' ? place : place.slice(place.indexOf('/') + 1));
}

async function wasReplaced(store: Store, source: Source, signal: AbortSignal | undefined): Promise<boolean> {
  if (source.version === undefined) return false;
  const now = await store.head(source.prefix + source.metaName, { signal });
  return now?.etag !== source.version;
}

async function listNearby(store: Store, { id, layout, signal }: PullRequest): Promise<ArtifactSummary[]> {
  const nearby: ArtifactSummary[] = [];
  const filter = { commit: id.commit, branch: id.branch };
  for await (const found of listArtifacts(store, { layout, filter, signal })) {
    if (found.state === 'whole') nearby.push(found);
  }
  return nearby;
}
