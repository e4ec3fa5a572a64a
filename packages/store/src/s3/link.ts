import type { CallOptions, LinkOptions } from '../store.js';
import type { Bucket } from './requests.js';

/** An address that lets anybody read or write an object for some seconds (SigV4 query authentication). */
export async function linkObject(
  bucket: Bucket,
  key: string,
  { seconds, write = false }: LinkOptions,
): Promise<string> {
  const [{ client, sdk }, { getSignedUrl }] = await Promise.all([
    bucket.connection(),
    import('@aws-sdk/s3-request-presigner'),
  ]);
  const object = { Bucket: bucket.name, Key: key };
  const command = write ? new sdk.PutObjectCommand(object) : new sdk.GetObjectCommand(object);
  return getSignedUrl(client, command, { expiresIn: seconds });
}

/** The plain https or http address of an object, if the server gives it to somebody without credentials. */
export async function publicUrl(
  bucket: Bucket,
  key: string,
  { signal }: CallOptions,
): Promise<string | undefined> {
  const url = new URL(await linkObject(bucket, key, { seconds: 60 }));
  url.search = '';
  const deadline = AbortSignal.timeout(bucket.settings.stallTimeout);
  const answer = await fetch(url, {
    method: 'HEAD',
    redirect: 'manual',
    signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
  }).catch(() => undefined);
  signal?.throwIfAborted();
  return answer?.ok === true ? url.href : undefined;
}
