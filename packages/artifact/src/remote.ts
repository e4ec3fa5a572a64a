import { createHash } from 'node:crypto';
import { StoreError, type ListedObject, type Store } from '@wheelwright/store';
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
): Promise<ReadonlyMap<string, ListedObject>> {
  const places = new Map<string, ListedObject>();
  for await (const object of store.list(prefix, { signal })) {
    const place = object.key.slice(prefix.length);
    if (isOwnPlace(place)) places.set(place, object);
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
  return digestRemote(store, key, info.etag, signal);
}

/** The digest of an object's bytes themselves, whatever the store says of them. */
export async function digestRemote(
  store: Store,
  key: string,
  etag: string | undefined,
  signal: AbortSignal | undefined,
  onProgress?: (bytes: number) => void,
): Promise<RemoteFile> {
  const hash = createHash('sha256');
  let size = 0;
  const { body } = await store.get(key, { signal, ifMatch: etag });
  for await (const chunk of body) {
    hash.update(chunk);
    size += chunk.byteLength;
    onProgress?.(size);
  }
  return { size, sha256: hash.digest('hex') };
}

/** A meta file's bytes, and which version of the object they are. */
export interface MetaBytes extends RemoteFile {
  readonly etag: string;
  readonly bytes: Uint8Array;
}

/**
 * Reads a meta file, unless it is larger than any of ours.
 * @throws ArtifactError `malformed-meta`
 */
export async function readMetaBytes(
  store: Store,
  key: string,
  signal: AbortSignal | undefined,
): Promise<MetaBytes | undefined> {
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
    return { etag, size: read, sha256: createHash('sha256').update(bytes).digest('hex'), bytes };
  } catch (error) {
    if (error instanceof StoreError && error.code === 'not-found') return undefined;
    throw error;
  }
}

/**
 * Reads and understands a meta file of ours.
 * @throws ArtifactError `malformed-meta`
 */
export async function readMeta(
  store: Store,
  key: string,
  signal: AbortSignal | undefined,
): Promise<RemoteMeta | undefined> {
  const found = await readMetaBytes(store, key, signal);
  if (found === undefined) return undefined;
  const { bytes, ...file } = found;
  return { key, ...file, meta: parseMeta(bytes) };
}

function oversized(key: string, size: number): ArtifactError {
  return new ArtifactError(
    'malformed-meta',
    `${key} has ${size} bytes; at most ${largestPropertyFile} are allowed.`,
  );
}
