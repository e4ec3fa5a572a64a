import type { Store } from '@wheelwright/store';
import type { ArtifactId } from './identity.js';
import { formatPrefix, readLayout } from './layout.js';
import { parseLegacyMeta } from './legacy-meta.js';
import { groupKeys } from './list.js';
import { isMetaName } from './locate.js';
import { parseMeta } from './meta.js';
import { listPlaces, readMetaBytes } from './remote.js';

/** @public */
export interface RemoveOptions {
  readonly layout?: string | undefined;
  readonly dryRun?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Removes an artifact, its meta file first: from then on it doesn't exist.
 * @returns the keys that were removed, none where nothing was
 * @public
 */
export async function removeArtifact(
  store: Store,
  id: ArtifactId,
  { layout, dryRun = false, signal }: RemoveOptions = {},
): Promise<readonly string[]> {
  const prefix = formatPrefix(readLayout(layout), id);
  const places = [...(await listPlaces(store, prefix, signal)).keys()];
  const keys = [...places.filter(isMetaName), ...places.filter((place) => !isMetaName(place))].map(
    (place) => prefix + place,
  );
  if (!dryRun) for (const key of keys) await store.delete(key, { signal });
  return keys;
}

/** @public */
export interface CollectOptions extends RemoveOptions {
  /** Only what was written before this time: choose it so that no push of then is still at work. */
  readonly before: Date;
}

/** Something that nobody can reach. @public */
export interface Garbage {
  /** `unfinished-write`: an upload that was begun; `unfinished-artifact`: no meta file; `stray-file`: not in it. */
  readonly kind: 'unfinished-write' | 'unfinished-artifact' | 'stray-file';
  readonly key: string;
  readonly modified: Date;
}

/**
 * Removes what killed pushes left: unfinished uploads, files without a meta file, and files which the meta file beside
 * them doesn't name. Only keys of the layout are touched.
 * @throws ArtifactError `malformed-meta`, for then nobody knows what belongs there; StoreError
 * @public
 */
export async function* collectGarbage(
  store: Store,
  { before, dryRun = false, layout, signal }: CollectOptions,
): AsyncGenerator<Garbage> {
  for await (const { name, modified } of store.sweep('', { before, dryRun, signal })) {
    yield { kind: 'unfinished-write', key: name, modified };
  }
  for await (const { prefix, places } of groupKeys(store, { layout, signal })) {
    const metaNames = [...places.keys()].filter(isMetaName);
    const old = [...places].filter(([place, { modified }]) => !isMetaName(place) && modified < before);
    if (old.length === 0) continue;
    // One young file means that a push is at work, with the old ones of a push that died.
    const isAtWork = metaNames.length === 0 && old.length < places.size;
    if (isAtWork) continue;
    const named = await filesNamed(
      store,
      metaNames.map((name) => prefix + name),
      signal,
    );
    if (named === undefined) continue;
    const kind = metaNames.length === 0 ? 'unfinished-artifact' : 'stray-file';
    if (metaNames.length === 0 && (await hasMeta(store, prefix, signal))) continue;
    for (const [place, { key, modified }] of old) {
      if (named.has(place)) continue;
      if (!dryRun) await store.delete(key, { signal });
      yield { kind, key, modified };
    }
  }
}

/** The files that meta files name; `undefined` where one names none, as those of MXNet's script. */
async function filesNamed(
  store: Store,
  metaKeys: readonly string[],
  signal: AbortSignal | undefined,
): Promise<ReadonlySet<string> | undefined> {
  const named = new Set<string>();
  for (const key of metaKeys) {
    const read = await readMetaBytes(store, key, signal);
    if (read === undefined) continue;
    if (parseLegacyMeta(read.bytes) !== undefined) return undefined;
    for (const { name } of parseMeta(read.bytes).files) named.add(name);
  }
  return named;
}

/** A listing takes a while: a push may have finished since. */
async function hasMeta(store: Store, prefix: string, signal: AbortSignal | undefined): Promise<boolean> {
  return [...(await listPlaces(store, prefix, signal)).keys()].some(isMetaName);
}
