import { StoreError, type StoreErrorCode } from '../error.js';

/**
 * What an answer of the server, or its absence, means for the request that it follows.
 *
 * - `transient`: the same request may succeed later; whether it was done already is unknown
 * - `condition-failed`: HTTP 412, the condition does not hold
 * - `no-upload`: the multipart upload isn't there: finished, aborted or expired
 * - everything else is final
 */
export type FailureKind =
  | 'transient'
  | 'condition-failed'
  | 'no-upload'
  | 'not-found'
  | 'range'
  | 'corrupt'
  | 'final';

/** Error codes of S3 and of its SDK that pass by themselves. */
const transientCodes = new Set([
  'SlowDown',
  'InternalError',
  'ServiceUnavailable',
  'RequestTimeout',
  'RequestTimeoutException',
  'RequestTimeTooSkewed',
  'TimeoutError',
  'NetworkingError',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'OperationAborted',
  // Not a condition that failed, but two conditional writes that met: Amazon asks to try again.
  'ConditionalRequestConflict',
]);

/** The server read other bytes than were sent: sent again, they may arrive. */
const corruptCodes = new Set([
  'BadDigest',
  'InvalidDigest',
  'XAmzContentSHA256Mismatch',
  'XAmzContentChecksumMismatch',
]);

const networkCode =
  /^(?:ECONNRESET|ECONNREFUSED|ECONNABORTED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|ERR_STREAM_PREMATURE_CLOSE|UND_ERR_\w+|HPE_\w+)$/;

/** Sorts what a request threw. An abort is not sorted here: its reason goes to the caller as it is. */
export function failureKind(error: unknown): FailureKind {
  const { name, code, status } = partsOf(error);
  if (status === 412 || name === 'PreconditionFailed') return 'condition-failed';
  if (name === 'NoSuchUpload') return 'no-upload';
  if (status === 416 || name === 'InvalidRange') return 'range';
  if (corruptCodes.has(name)) return 'corrupt';
  if (transientCodes.has(name)) return 'transient';
  if (name === 'NoSuchKey' || name === 'NotFound') return 'not-found';
  if (status !== undefined && (status >= 500 || status === 429 || status === 408)) return 'transient';
  if (status === 404 && name !== 'NoSuchBucket') return 'not-found';
  if (status === undefined && networkCode.test(code)) return 'transient';
  // A broken answer: the XML ended in its middle, or the connection did.
  if (status === undefined && /socket hang up|aborted|premature|terminated/i.test(messageOf(error)))
    return 'transient';
  if (status !== undefined && status < 300) return 'transient';
  return 'final';
}

interface ErrorParts {
  readonly name: string;
  readonly code: string;
  readonly status: number | undefined;
}

function partsOf(error: unknown): ErrorParts {
  if (typeof error !== 'object' || error === null) return { name: '', code: '', status: undefined };
  const { name, code, $metadata } = error as {
    readonly name?: unknown;
    readonly code?: unknown;
    readonly $metadata?: { readonly httpStatusCode?: number };
  };
  return {
    name: typeof name === 'string' ? name : '',
    code: typeof code === 'string' ? code : '',
    status: $metadata?.httpStatusCode,
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const meanings: Readonly<Record<string, { readonly code: StoreErrorCode; readonly hint: string }>> = {
  NoSuchBucket: { code: 'bucket-missing', hint: 'Check the name of the bucket, or make it first.' },
  AccessDenied: {
    code: 'access-denied',
    hint: 'The credentials lack a permission: s3:GetObject, PutObject, DeleteObject, AbortMultipartUpload, and ListBucket, without which a missing key is answered with 403.',
  },
  InvalidAccessKeyId: { code: 'access-denied', hint: 'Check AWS_ACCESS_KEY_ID, or the profile.' },
  SignatureDoesNotMatch: { code: 'access-denied', hint: 'Check AWS_SECRET_ACCESS_KEY, or the profile.' },
  ExpiredToken: { code: 'access-denied', hint: 'Log in again: the session of these credentials is over.' },
  CredentialsProviderError: {
    code: 'access-denied',
    hint: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, as for the AWS command line.',
  },
  // A key that begins another one, on servers which keep objects in a file system.
  ObjectParentIsFile: { code: 'key-conflict', hint: "'a' and 'a/b' can't both be objects on this server." },
  ExistingObjectIsDirectory: {
    code: 'key-conflict',
    hint: "'a' and 'a/b' can't both be objects on this server.",
  },
  QuotaExceeded: { code: 'out-of-space', hint: 'The quota of this bucket is used up.' },
  NotImplemented: { code: 'unsupported', hint: 'This server lacks a part of S3 that is needed here.' },
};

/**
 * Says what a failure means to the caller of a store; what isn't S3's stays as it is.
 * @param doing - what was tried: `write the object`
 */
export function toStoreError(error: unknown, doing: string, key: string | undefined): unknown {
  if (error instanceof StoreError) return error;
  const { name, status } = partsOf(error);
  const kind = failureKind(error);
  const meaning =
    meanings[name] ??
    (status === 403 ? meanings['AccessDenied'] : undefined) ??
    (kind === 'transient'
      ? { code: 'unavailable' as const, hint: 'Is the server there, and the network? Try again.' }
      : undefined) ??
    (kind === 'not-found' ? { code: 'not-found' as const, hint: undefined } : undefined) ??
    (kind === 'corrupt'
      ? { code: 'checksum-mismatch' as const, hint: 'The connection changes what it carries. Use https.' }
      : undefined);
  if (meaning === undefined && status === undefined && !isSdkError(error)) return error;
  const what = key === undefined ? doing : `${doing} ${JSON.stringify(key)}`;
  const answer = status === undefined ? '' : ` (HTTP ${status})`;
  return new StoreError(
    meaning?.code ?? 'io',
    `Could not ${what}: ${name === '' || name === 'Error' ? '' : `${name}: `}${messageOf(error)}${answer}`,
    {
      cause: error,
      ...(key === undefined ? {} : { key }),
      ...(meaning?.hint === undefined ? {} : { hint: meaning.hint }),
    },
  );
}

function isSdkError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && ('$metadata' in error || '$fault' in error);
}
