import { createHash } from 'node:crypto';
import { StoreError, type Store } from '@wheelwright/store';
import { ArtifactError } from './error.js';
import { isOwnPlace } from './file-name.js';
import { parseMeta, type ArtifactMeta } from './meta.js';
import { largestPropertyFile } from './properties.js';

/** An object of the store by its content. */
export interface RemoteFile {
  readonly size: number;
  readonly sha256: string;
}

/** A meta file that was read. */
export interface RemoteMeta extends RemoteFile {
  readonly key: string;
  readonly etag: string;
  readonly meta: ArtifactMeta;
}

/** The names below a prefix that belong to the artifact there, and to no artifact with a longer prefix. */
export async function listPlaces(
  store: Store,
  prefix: string,
  signal: AbortSignal | undefined,
): Promise<ReadonlySet<string>> {
  const places = new Set<string>();
  for await (const { key } of store.list(prefix, { signal })) {
    const place = key.slice(prefix.length);
    if (isOwnPlace(place)) places.add(place);
  }
  return places;
}

/** What an object is: by the store's own word where it has one, else by reading it. */
export async function inspectRemote(
  store: Store,
  key: string,
  signal: AbortSignal | undefined,
): Promise<RemoteFile | undefined> {
  const info = await store.head(key, { signal });
  if (info === undefined) return undefined;
  if (info.sha256 !== undefined) return { size: info.size, sha256: info.sha256 };
  const hash = createHash('sha256');
  let size = 0;
  const { body } = await store.get(key, { signal, ifMatch: info.etag });
  for await (const chunk of body) {
    hash.update(chunk);
    size += chunk.byteLength;
  }
  return { size, sha256: hash.digest('hex') };
}

/**
 * Reads a meta file, unless it is larger than any of ours.
 * @throws ArtifactError `malformed-meta`
 */
export async function readMeta(
  store: Store,
  key: string,
  signal: AbortSignal | undefined,
): Promise<RemoteMeta | undefined> {
  try {
    const { body, etag, size } = await store.get(key, { signal });
    if (size > largestPropertyFile) throw oversized(key, size);
    const chunks: Uint8Array[] = [];
    let read = 0;
    for await (const chunk of body) {
      read += chunk.byteLength;
      if (read > largestPropertyFile) throw oversized(key, read);
      chunks.push(chunk);
    }
    const bytes = Buffer.concat(chunks);
    return {
      key,
      etag,
      size: read,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      meta: parseMeta(bytes),
    };
  } catch (error) {
    if (error instanceof StoreError && error.code === 'not-found') return undefined;
    throw error;
  }
}

function oversized(key: string, size: number): ArtifactError {
  return new ArtifactError(
    'malformed-meta',
    `${key} has ${size} bytes; at most ${largestPropertyFile} are allowed.`,
  );
}
