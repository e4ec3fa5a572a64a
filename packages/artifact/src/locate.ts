import type { ListedObject, Store } from '@wheelwright/store';
import { ArtifactError } from './error.js';
import type { ArtifactId } from './identity.js';
import { formatPrefix, type Layout } from './layout.js';
import { parseLegacyMeta } from './legacy-meta.js';
import { parseMeta } from './meta.js';
import { listPlaces, readMetaBytes, type RemoteMeta } from './remote.js';

/** What lies under an identity, by its meta file alone. */
export type Located =
  | { readonly state: 'absent'; readonly prefix: string; readonly places: ReadonlyMap<string, ListedObject> }
  | {
      readonly state: 'found';
      readonly prefix: string;
      readonly places: ReadonlyMap<string, ListedObject>;
      readonly metaName: string;
      readonly found: RemoteMeta;
    }
  /** Pushed by MXNet's script: there are no digests. */
  | {
      readonly state: 'legacy';
      readonly prefix: string;
      readonly places: ReadonlyMap<string, ListedObject>;
      readonly metaName: string;
      readonly id: ArtifactId;
    };

/**
 * Finds an identity's meta file and reads it.
 * @throws ArtifactError `malformed-meta`, and `ambiguous` where there are several; StoreError
 */
export async function locateArtifact(
  store: Store,
  layout: Layout,
  id: ArtifactId,
  signal: AbortSignal | undefined,
): Promise<Located> {
  const prefix = formatPrefix(layout, id);
  const places = await listPlaces(store, prefix, signal);
  const metaNames = [...places.keys()].filter(isMetaName);
  if (metaNames.length > 1) {
    throw new ArtifactError('ambiguous', `${prefix} has several meta files: ${metaNames.join(', ')}.`, {
      hint: 'Push the right one again with --replace.',
    });
  }
  const [metaName] = metaNames;
  if (metaName === undefined) return { state: 'absent', prefix, places };
  const read = await readMetaBytes(store, prefix + metaName, signal);
  if (read === undefined) return { state: 'absent', prefix, places };
  const { bytes, ...file } = read;
  const legacy = parseLegacyMeta(bytes);
  if (legacy !== undefined) return { state: 'legacy', prefix, places, metaName, id: legacy };
  return {
    state: 'found',
    prefix,
    places,
    metaName,
    found: { key: prefix + metaName, ...file, meta: parseMeta(bytes) },
  };
}

/** Whether a place below a prefix is one for a meta file. */
export function isMetaName(place: string): boolean {
  return !place.includes('/') && place.endsWith('.meta');
}
