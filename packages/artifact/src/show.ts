import { StoreError, type Store } from '@wheelwright/store';
import type { Artifact } from './artifact.js';
import type { ArtifactId } from './identity.js';
import { formatPrefix, readLayout, type Layout } from './layout.js';
import { isNameOf, type ArtifactMeta } from './meta.js';
import { locateArtifact } from './locate.js';
import { digestRemote, inspectRemote, type RemoteFile, type RemoteMeta } from './remote.js';

/** @public */
export interface ReadArtifactOptions {
  /** The name of a layout or a template; `default` by default. */
  readonly layout?: string | undefined;
  /** Whether the bytes of every file are read, also where the store knows a digest. */
  readonly thorough?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What lies under an identity. Without its meta file an artifact doesn't exist, whatever else is there. @public */
export type ArtifactReading =
  | { readonly state: 'absent'; readonly prefix: string }
  | { readonly state: 'whole'; readonly artifact: Artifact; readonly meta: ArtifactMeta }
  | {
      readonly state: 'damaged';
      readonly artifact: Artifact;
      readonly meta: ArtifactMeta;
      /** Every file that isn't what the meta file says. */
      readonly problems: readonly string[];
    };

/**
 * Reads an artifact's meta file and compares every file with it: by the digest that the store knows, else by its bytes.
 * @throws ArtifactError `malformed-meta`, and `ambiguous` where two libraries were pushed under one identity at once;
 * StoreError
 * @public
 */
export async function readArtifact(
  store: Store,
  id: ArtifactId,
  { layout, thorough = false, signal }: ReadArtifactOptions = {},
): Promise<ArtifactReading> {
  const located = await locateArtifact(store, readLayout(layout), id, signal);
  if (located.state !== 'found') return { state: 'absent', prefix: located.prefix };
  const { prefix, metaName, found } = located;
  const { meta } = found;
  const problems = isNameOf(metaName, meta) ? [] : [`${metaName} is the meta file of ${meta.library}`];
  if (!belongs(readLayout(layout), meta.id, prefix)) problems.push(`${metaName} is of another artifact`);
  const inspect = thorough
    ? async (key: string) => digestOrUndefined(store, key, signal)
    : async (key: string) => inspectRemote(store, key, signal);
  for (const file of meta.files) {
    const remote = await inspect(prefix + file.name);
    if (remote === undefined) problems.push(`${file.name} is missing`);
    else if (remote.sha256 !== file.sha256 || remote.size !== file.size) {
      problems.push(`${file.name} has the sha256 ${remote.sha256}; expected was ${file.sha256}`);
    }
  }
  const artifact = describeArtifact(store, prefix, metaName, found);
  return problems.length === 0
    ? { state: 'whole', artifact, meta }
    : { state: 'damaged', artifact, meta, problems };
}

async function digestOrUndefined(
  store: Store,
  key: string,
  signal: AbortSignal | undefined,
): Promise<RemoteFile | undefined> {
  try {
    return await digestRemote(store, key, undefined, signal);
  } catch (error) {
    if (error instanceof StoreError && error.code === 'not-found') return undefined;
    throw error;
  }
}

/** Whether an identity, which was read from a file, is the one that a prefix stands for. */
export function belongs(layout: Layout, id: ArtifactId, prefix: string): boolean {
  try {
    return formatPrefix(layout, id) === prefix;
  } catch {
    return false;
  }
}

/** The JSON object of an artifact by its meta file. */
export function describeArtifact(
  store: Store,
  prefix: string,
  metaName: string,
  { meta, size, sha256 }: Pick<RemoteMeta, 'meta' | 'size' | 'sha256'>,
): Artifact {
  const files = meta.files.map(({ name, role, size, sha256 }) => ({
    name,
    role,
    size,
    sha256,
    key: prefix + name,
  }));
  return {
    id: meta.id,
    prefix,
    url: store.urlOf(prefix),
    files: [...files, { name: metaName, role: 'meta', size, sha256, key: prefix + metaName }],
  };
}
