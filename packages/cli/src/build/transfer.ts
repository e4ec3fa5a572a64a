import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { Transfer } from '@wheelwright/runner';
import { openStore, StoreError, type Store, type StoreErrorCode } from '@wheelwright/store';

/** All that isn't an artifact lies below it: sources on their way to a cluster, results, finished cells. */
const PREFIX = 'cache/';

/** The store's words for bytes that aren't those which were asked for. */
const NOT_IT: ReadonlySet<StoreErrorCode> = new Set([
  'precondition-failed',
  'checksum-mismatch',
  'not-found',
]);

/** A store as the runners see it: sources, results and finished cells go through it. */
export function transferThrough(store: Store): Transfer {
  return {
    url: store.urlOf(PREFIX),
    find: async (name, signal) => {
      const found = await store.head(PREFIX + name, { signal });
      return found?.sha256 === undefined ? undefined : { size: found.size, sha256: found.sha256 };
    },
    send: async (name, file, { sha256, replace, signal }) => {
      const condition = replace ? {} : { ifNoneMatch: '*' as const };
      try {
        await store.put(PREFIX + name, { file }, { sha256, signal, ...condition });
      } catch (error) {
        if (replace || !(error instanceof StoreError) || error.code !== 'precondition-failed') throw error;
      }
    },
    receive: async (name, file, { limit, signal }) => {
      const found = await store.head(PREFIX + name, { signal });
      if (found === undefined || found.size > limit) return false;
      try {
        // What is replaced between the two calls is refused, and not cut off.
        const { body } = await store.get(PREFIX + name, { signal, ifMatch: found.etag });
        await pipeline(body, createWriteStream(file, { flags: 'wx' }));
        return true;
      } catch (error) {
        await rm(file, { force: true });
        if (error instanceof StoreError && NOT_IT.has(error.code)) return false;
        throw error;
      }
    },
    remove: (name) => store.delete(PREFIX + name),
    link: (name, { method, seconds }) => store.link(PREFIX + name, { seconds, write: method === 'PUT' }),
  };
}

/** The store that machines share, by its address: a bucket, or a folder. */
export function openTransfer(url: string): Transfer {
  return transferThrough(openStore(url));
}
