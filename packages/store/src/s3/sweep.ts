import type { ListMultipartUploadsCommandInput, ListMultipartUploadsCommandOutput } from '@aws-sdk/client-s3';
import type { SweepOptions, Unfinished } from '../store.js';
import { failureKind } from './failure.js';
import { sendOptions, type Bucket } from './requests.js';
import { withRetries } from './retry.js';

type Markers = Pick<ListMultipartUploadsCommandInput, 'KeyMarker' | 'UploadIdMarker'>;

/** Aborts multipart uploads that were begun before a time: what killed processes left. */
export async function* sweepUploads(
  bucket: Bucket,
  prefix: string,
  { before, dryRun = false, signal }: SweepOptions,
): AsyncGenerator<Unfinished> {
  const { client, sdk } = await bucket.connection();
  const retries = { attempts: bucket.settings.attempts, signal };
  let markers: Markers | undefined = {};
  while (markers !== undefined) {
    const input: ListMultipartUploadsCommandInput = { Bucket: bucket.name, Prefix: prefix, ...markers };
    const page: ListMultipartUploadsCommandOutput = await withRetries(retries, () =>
      client.send(new sdk.ListMultipartUploadsCommand(input), sendOptions(signal)),
    );
    for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
      // Not every server heeds the prefix.
      if (Key?.startsWith(prefix) !== true || UploadId === undefined) continue;
      if (Initiated === undefined || Initiated >= before) continue;
      if (!dryRun) {
        const target = { Bucket: bucket.name, Key, UploadId };
        await withRetries(retries, () =>
          client.send(new sdk.AbortMultipartUploadCommand(target), sendOptions(signal)),
        ).catch((error: unknown) => {
          if (failureKind(error) !== 'no-upload') throw error;
        });
      }
      yield { name: Key, modified: Initiated };
    }
    markers = markersBehind(page);
  }
}

/** Where the next page begins, if there is one. */
function markersBehind(page: ListMultipartUploadsCommandOutput): Markers | undefined {
  const { IsTruncated, NextKeyMarker, NextUploadIdMarker } = page;
  if (IsTruncated !== true || NextKeyMarker === undefined) return undefined;
  return {
    KeyMarker: NextKeyMarker,
    ...(NextUploadIdMarker === undefined ? {} : { UploadIdMarker: NextUploadIdMarker }),
  };
}
