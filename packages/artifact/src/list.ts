import type { ListedObject, Store } from '@wheelwright/store';
import { encodeBranch } from './branch.js';
import { isOwnPlace } from './file-name.js';
import type { ArtifactId } from './identity.js';
import { parseKey, readLayout, type Layout } from './layout.js';
import { isMetaName } from './locate.js';

/** What lies under a prefix, by its keys alone. @public */
export interface ArtifactSummary {
  readonly id: ArtifactId;
  readonly prefix: string;
  readonly url: string;
  /** `unfinished`: no meta file, so there is no artifact yet, or not any more. */
  readonly state: 'whole' | 'unfinished';
  readonly files: number;
  readonly size: number;
  /** When the last file was written. */
  readonly modified: Date;
}

/** @public */
export interface ListArtifactsOptions {
  /** The name of a layout or a template; `default` by default. */
  readonly layout?: string | undefined;
  /** Only artifacts with these words; `branch: null` for those without one. */
  readonly filter?: Partial<ArtifactId> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A group of keys with one identity. */
export interface KeyGroup {
  readonly id: ArtifactId;
  readonly prefix: string;
  readonly places: ReadonlyMap<string, ListedObject>;
}

/**
 * Lists the artifacts of a store in the order of their keys; keys of another layout are passed over.
 * @throws ArtifactError `invalid-layout`; StoreError
 * @public
 */
export async function* listArtifacts(
  store: Store,
  options: ListArtifactsOptions = {},
): AsyncGenerator<ArtifactSummary> {
  for await (const { id, prefix, places } of groupKeys(store, options)) {
    const objects = [...places.values()];
    yield {
      id,
      prefix,
      url: store.urlOf(prefix),
      state: [...places.keys()].some(isMetaName) ? 'whole' : 'unfinished',
      files: objects.length,
      size: objects.reduce((sum, { size }) => sum + size, 0),
      modified: new Date(Math.max(...objects.map(({ modified }) => modified.getTime()))),
    };
  }
}

/** The keys of a store by the artifact that they belong to. An artifact for one Python lies inside that for all. */
export async function* groupKeys(
  store: Store,
  { layout: name, filter = {}, signal }: ListArtifactsOptions,
): AsyncGenerator<KeyGroup> {
  const layout = readLayout(name);
  /** Groups whose keys may still come: a listing is sorted, and they are one another's prefixes. */
  const open = new Map<string, { readonly id: ArtifactId; readonly places: Map<string, ListedObject> }>();
  for await (const object of store.list(knownPrefix(layout, filter), { signal })) {
    for (const [prefix, { id, places }] of open) {
      if (object.key.startsWith(prefix)) continue;
      open.delete(prefix);
      yield { id, prefix, places };
    }
    const parsed = parseKey(layout, object.key);
    if (parsed === undefined || !isOwnPlace(parsed.rest) || !fits(parsed.id, filter)) continue;
    const group = open.get(parsed.prefix) ?? { id: parsed.id, places: new Map<string, ListedObject>() };
    group.places.set(parsed.rest, object);
    open.set(parsed.prefix, group);
  }
  for (const [prefix, { id, places }] of open) yield { id, prefix, places };
}

function fits(id: ArtifactId, filter: Partial<ArtifactId>): boolean {
  return (Object.keys(filter) as (keyof ArtifactId)[]).every(
    (field) => filter[field] === undefined || filter[field] === id[field],
  );
}

/** As much of a prefix as the words that are known decide. */
function knownPrefix({ parts }: Layout, filter: Partial<ArtifactId>): string {
  let prefix = '';
  for (const part of parts) {
    if (part.kind === 'text') {
      prefix += `${part.text}/`;
      continue;
    }
    const value = filter[part.field];
    if (value === null && part.optional) continue;
    if (value === undefined || value === null) break;
    prefix += `${part.field === 'branch' ? encodeBranch(value) : value}/`;
  }
  return prefix;
}
