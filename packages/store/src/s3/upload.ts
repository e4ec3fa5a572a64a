import { createHash, randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { chunksOf } from '../body-source.js';
import type { ObjectBody, PutOptions } from '../store.js';
import { checkDigest, conditionally, conditionsOf, type Upload, type Uploaded } from './conditional.js';
import { failureKind } from './failure.js';
import { uploadParts } from './multipart.js';
import { openParts, type PartReader } from './parts.js';
import { headObject, metadataNames, sendOptions, type Bucket } from './requests.js';
import { largestRequest, uploadStream } from './stream.js';
import { isThisMachine } from './this-machine.js';

/** How often two conditional writes that met are begun again from the first byte. */
const mostRestarts = 5;

/**
 * Writes an object: in one request when it fits into one part, or when its server is near, else as a multipart upload.
 * All are conditional where a condition is given, and safe when answers are lost.
 * @throws StoreError `precondition-failed`, `checksum-mismatch`, `source-unreadable`; what the SDK throws
 */
export async function upload(
  bucket: Bucket,
  { key, name }: Pick<Upload, 'key' | 'name'>,
  body: ObjectBody,
  given: PutOptions,
): Promise<Uploaded> {
  const size = await sizeOf(body);
  const options = await withDigest(bucket, body, size, given);
  const path = await fileForOneRequest(bucket, name, { body, size }, options);
  if (path !== undefined) return uploadStream({ bucket, key, name, options, writer: randomUUID() }, path);
  for (let restart = 0; ; restart += 1) {
    const parts = await openParts(body, {
      partSize: partSizeOf(size, bucket.settings.partSize),
      signal: options.signal,
      onProgress: options.onProgress,
    });
    try {
      return await uploadOnce({ bucket, key, name, options, writer: randomUUID() }, parts);
    } catch (error) {
      // Two conditional writes met and this one's upload is gone: Amazon asks to begin again.
      const isRepeatable = body instanceof Uint8Array || 'file' in body;
      if (failureKind(error) !== 'no-upload' || !isRepeatable || restart === mostRestarts) throw error;
    } finally {
      await parts.close();
    }
  }
}

/** The digest travels in front of the bytes: of what is sent piece by piece it has to be taken before. */
async function withDigest(
  bucket: Bucket,
  body: ObjectBody,
  size: number | undefined,
  options: PutOptions,
): Promise<PutOptions> {
  const { keepDigest, sha256, signal } = options;
  if (keepDigest !== true || sha256 !== undefined) return options;
  if (body instanceof Uint8Array || !('file' in body)) return options;
  if ((size ?? 0) < bucket.settings.partSize) return options;
  const hash = createHash('sha256');
  for await (const chunk of chunksOf(body, signal)) {
    signal?.throwIfAborted();
    hash.update(chunk);
  }
  return { ...options, sha256: hash.digest('hex') };
}

async function uploadOnce(upload: Upload, parts: PartReader): Promise<Uploaded> {
  const first = await parts.next();
  if (first === undefined) throw new Error('a reader of parts gave none');
  if (!first.isLast) return uploadParts(upload, first, parts);
  const { size, sha256 } = parts.digest();
  checkDigest(upload, sha256);
  const { bucket, name, options } = upload;
  const { client, sdk } = await bucket.connection();
  await options.confirmation;
  const etag = await conditionally(upload, async () => {
    const answer = await client.send(
      new sdk.PutObjectCommand({
        Bucket: bucket.name,
        Key: name,
        Body: first.bytes,
        ChecksumCRC32: first.crc32,
        Metadata: { [metadataNames.sha256]: sha256, [metadataNames.writer]: upload.writer },
        ...conditionsOf(options),
        ...(options.contentType === undefined ? {} : { ContentType: options.contentType }),
      }),
      sendOptions(options.signal),
    );
    return answer.ETag;
  });
  return { etag, size, sha256 };
}

/** The path of a large file which doesn't have to go in parts. */
async function fileForOneRequest(
  bucket: Bucket,
  name: string,
  { body, size }: { readonly body: ObjectBody; readonly size: number | undefined },
  options: PutOptions,
): Promise<string | undefined> {
  const { alwaysParts, partSize } = bucket.settings;
  if (alwaysParts || body instanceof Uint8Array || !('file' in body)) return undefined;
  if (size === undefined || size < partSize || size > largestRequest) return undefined;
  const { host } = await bucket.connection();
  if (host() === undefined) await headObject(bucket, name, options);
  const server = host();
  return server !== undefined && (await isThisMachine(server)) ? body.file : undefined;
}

/** S3 takes at most 10,000 parts: those of very large files are larger. */
function partSizeOf(size: number | undefined, partSize: number): number {
  if (size === undefined) return partSize;
  const MiB = 1024 * 1024;
  // A body that fits into one part needs no more memory than it has bytes.
  if (size < partSize) return size + 1;
  return Math.max(partSize, Math.ceil(size / 9000 / MiB) * MiB);
}

/** The length of a body that has one from the beginning. */
async function sizeOf(body: ObjectBody): Promise<number | undefined> {
  if (body instanceof Uint8Array) return body.byteLength;
  if (!('file' in body)) return undefined;
  // What is wrong with it, its opening tells.
  return stat(body.file).then(
    ({ size }) => size,
    () => undefined,
  );
}
