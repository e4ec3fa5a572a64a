import type { CallOptions, ListedObject } from '../store.js';
import { sendOptions, type Bucket } from './requests.js';
import { withRetries } from './retry.js';

/** All objects whose names begin with a prefix, page by page, in the server's order: by the bytes of their names. */
export async function* listObjects(
  bucket: Bucket,
  prefix: string,
  { signal }: CallOptions,
): AsyncGenerator<ListedObject> {
  const { client, sdk } = await bucket.connection();
  let token: string | undefined;
  do {
    signal?.throwIfAborted();
    const input = {
      Bucket: bucket.name,
      Prefix: prefix,
      EncodingType: 'url' as const,
      ...(token === undefined ? {} : { ContinuationToken: token }),
    };
    const page = await withRetries({ attempts: bucket.settings.attempts, signal }, () =>
      client.send(new sdk.ListObjectsV2Command(input), sendOptions(signal)),
    );
    const isEncoded = page.EncodingType === 'url';
    for (const { Key, Size, LastModified } of page.Contents ?? []) {
      if (Key === undefined) continue;
      yield {
        key: isEncoded ? decodeURIComponent(Key.replaceAll('+', ' ')) : Key,
        size: Size ?? 0,
        modified: LastModified ?? new Date(0),
      };
    }
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}
