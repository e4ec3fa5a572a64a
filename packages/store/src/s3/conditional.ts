import { StoreError } from '../error.js';
import type { PutOptions } from '../store.js';
import { failureKind } from './failure.js';
import { headObject, type Bucket } from './requests.js';
import { withRetries } from './retry.js';

/** An object that was written. */
export interface Uploaded {
  readonly etag: string;
  readonly size: number;
  readonly sha256: string;
}

/** What every step of one write needs. */
export interface Upload {
  readonly bucket: Bucket;
  /** What the caller calls it, and what it's called in the bucket. */
  readonly key: string;
  readonly name: string;
  readonly options: PutOptions;
  /** Goes into the object's metadata, so that its writer knows it again when the answer was lost. */
  readonly writer: string;
}

/**
 * Sends the request that makes an object visible. When it is refused because of its condition, or because its upload is
 * gone, an earlier try may have come through with its answer lost: then the object has our mark.
 * @param send - returns the entity tag
 */
export async function conditionally(
  { bucket, key, name, options, writer }: Upload,
  send: () => Promise<string | undefined>,
): Promise<string> {
  const { attempts } = bucket.settings;
  try {
    const etag = await withRetries({ attempts, signal: options.signal }, send);
    if (etag !== undefined && etag !== '') return etag;
  } catch (error) {
    const kind = failureKind(error);
    // AWS answers a condition on what isn't there with 404.
    const isRefused = kind === 'condition-failed' || (kind === 'not-found' && options.ifMatch !== undefined);
    if (!isRefused && kind !== 'no-upload' && kind !== 'transient') throw error;
    const there = await headObject(bucket, name, options);
    if (there?.writer === writer) return there.etag;
    if (isRefused || (there !== undefined && options.ifNoneMatch === '*' && kind === 'no-upload'))
      throw conditionFailed(key, options, error);
    throw error;
  }
  const there = await headObject(bucket, name, options);
  if (there?.writer === writer) return there.etag;
  throw conditionFailed(key, options, undefined);
}

/** @throws StoreError `checksum-mismatch` */
export function checkDigest({ key, options }: Upload, sha256: string): void {
  if (options.sha256 === undefined || options.sha256 === sha256) return;
  throw new StoreError(
    'checksum-mismatch',
    `The bytes have the sha256 ${sha256}; expected was ${options.sha256}.`,
    {
      key,
      hint: 'The source changed while it was being stored, or its digest was taken from something else.',
    },
  );
}

/** @returns the conditions in the SDK's words */
export function conditionsOf({ ifMatch, ifNoneMatch }: Pick<PutOptions, 'ifMatch' | 'ifNoneMatch'>): {
  IfMatch?: string;
  IfNoneMatch?: string;
} {
  return {
    ...(ifMatch === undefined ? {} : { IfMatch: ifMatch }),
    ...(ifNoneMatch === undefined ? {} : { IfNoneMatch: ifNoneMatch }),
  };
}

/** The error of a condition that doesn't hold. */
export function conditionFailed(
  key: string,
  { ifNoneMatch, ifMatch }: Pick<PutOptions, 'ifMatch' | 'ifNoneMatch'>,
  cause: unknown,
): StoreError {
  const complaint =
    ifNoneMatch === '*' ? 'exists already' : `isn't the version ${ifMatch ?? 'that was written'} any more`;
  return new StoreError('precondition-failed', `The object ${JSON.stringify(key)} ${complaint}.`, {
    key,
    ...(cause === undefined ? {} : { cause }),
  });
}
