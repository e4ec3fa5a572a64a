import type { HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import type { CallOptions } from '../store.js';
import type { Connection } from './connection.js';
import { failureKind } from './failure.js';
import type { S3Settings } from './options.js';
import { withRetries } from './retry.js';

/** A bucket on a connection that is made when it is first used, with how to use it. */
export interface Bucket {
  readonly name: string;
  readonly settings: S3Settings;
  connection(): Promise<Connection>;
}

/** The user metadata of our objects: the digest, where it was known when the headers went out, and who wrote. */
export const metadataNames = { sha256: 'sha256', writer: 'wheelwright-writer' } as const;

/** An object as HEAD tells of it. */
export interface HeadAnswer {
  readonly size: number;
  readonly etag: string;
  readonly modified: Date;
  readonly sha256: string | undefined;
  readonly writer: string | undefined;
}

/** What HEAD knows of an object, or `undefined` where there is none. */
export async function headObject(
  bucket: Bucket,
  key: string,
  { signal }: CallOptions,
): Promise<HeadAnswer | undefined> {
  const { client, sdk } = await bucket.connection();
  try {
    return headAnswer(
      await withRetries({ attempts: bucket.settings.attempts, signal }, () =>
        client.send(new sdk.HeadObjectCommand({ Bucket: bucket.name, Key: key }), sendOptions(signal)),
      ),
    );
  } catch (error) {
    if (failureKind(error) === 'not-found') return undefined;
    throw error;
  }
}

/** Size, tag and digest out of the headers of an answer to HEAD or GET. */
export function headAnswer(
  answer: Pick<HeadObjectCommandOutput, 'ContentLength' | 'ETag' | 'LastModified' | 'Metadata'>,
): HeadAnswer {
  const sha256 = answer.Metadata?.[metadataNames.sha256];
  return {
    size: answer.ContentLength ?? 0,
    etag: answer.ETag ?? '',
    modified: answer.LastModified ?? new Date(0),
    sha256: sha256 !== undefined && /^[0-9a-f]{64}$/.test(sha256) ? sha256 : undefined,
    writer: answer.Metadata?.[metadataNames.writer],
  };
}

/** The SDK's name for a signal. */
export function sendOptions(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}
