import { randomUUID } from 'node:crypto';
import { openStore, type Store } from '@wheelwright/store';
import { startFaultProxy, startS3Server } from '@wheelwright/testing';

const server = await startS3Server();
await server?.makeBucket('index');

/** Through it goes what the tests disturb; undefined where there is no server. */
export const proxy = server && (await startFaultProxy(server));

/**
 * An empty part of a bucket, seen directly and through the proxy, which disturbs nothing yet and has seen nothing.
 *
 * @param stallTimeout - milliseconds
 */
export function overBadNetwork(stallTimeout: number): { readonly direct: Store; readonly store: Store } {
  const url = `s3://index/${randomUUID()}`;
  const s3 = { ...server?.access, attempts: 3, stallTimeout };
  proxy?.setRule(undefined);
  proxy?.requests.splice(0);
  return {
    direct: openStore(url, { s3 }),
    store: openStore(url, { s3: { ...s3, endpoint: proxy?.url } }),
  };
}
