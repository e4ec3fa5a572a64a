import { StoreError } from '../error.js';
import { checkKey } from '../key.js';

/** A bucket and what every key of the store begins with. */
export interface BucketAddress {
  readonly bucket: string;
  /** Empty, or names with a `/` at the end. */
  readonly prefix: string;
}

/** Amazon's rules for general purpose buckets, which other servers keep too. */
const bucketName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/**
 * Takes `s3://bucket/prefix` apart. Percent-escapes stand for characters of the key, as `urlOf` writes them.
 * @throws StoreError `invalid-url`
 */
export function parseBucketAddress(address: string): BucketAddress {
  const [, bucket = '', path = ''] = /^s3:\/\/([^/?#]*)(?:\/([^?#]*))?$/i.exec(address) ?? [];
  if (!bucketName.test(bucket)) throw invalid(address, 'has no name of a bucket');
  const escaped = path.replace(/\/$/, '');
  if (escaped === '') return { bucket, prefix: '' };
  try {
    const prefix = decodeURIComponent(escaped);
    checkKey(prefix);
    return { bucket, prefix: `${prefix}/` };
  } catch (cause) {
    throw invalid(address, 'has a prefix that can begin no key', cause);
  }
}

/** The address of a key, percent-encoded segment by segment. */
export function formatBucketAddress({ bucket, prefix }: BucketAddress, key: string): string {
  return `s3://${bucket}/${escapePath(prefix + key)}`;
}

/** A key as the path of a URL. `+` stays: it means itself there. */
export function escapePath(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/').replaceAll('%2B', '+');
}

function invalid(address: string, complaint: string, cause?: unknown): StoreError {
  return new StoreError('invalid-url', `The store ${JSON.stringify(address)} ${complaint}.`, {
    hint: 'Give s3://bucket or s3://bucket/prefix.',
    ...(cause === undefined ? {} : { cause }),
  });
}
