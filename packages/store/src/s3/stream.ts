import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { StoreError } from '../error.js';
import { systemCode } from '../folder/system-error.js';
import { checkDigest, conditionally, conditionFailed, conditionsOf } from './conditional.js';
import type { Upload, Uploaded } from './conditional.js';
import { headObject, metadataNames, sendOptions } from './requests.js';
import { openRegularFile, unreadable } from './source-file.js';

/** Read and sent at once: what is allocated and framed for each costs more than its bytes. */
const chunkSize = 4 * 1024 * 1024;

/** S3 takes no more in one request. */
export const largestRequest = 5 * 1024 ** 3;

/** What one try has read of the file. */
interface Reading {
  readonly size: number;
  readonly sha256: string;
}

/**
 * Writes a file as an object in one request, whose body is read, hashed and sent piece by piece; a CRC-32 behind it
 * (`x-amz-trailer`) lets the server check what arrived. Nothing has to be joined, so the bytes are written once. A try
 * that fails is begun again from the first byte: for servers that are near.
 * @throws StoreError `precondition-failed`, `checksum-mismatch`, `source-unreadable`; what the SDK throws
 */
export async function uploadStream(upload: Upload, path: string): Promise<Uploaded> {
  let reading: Reading | undefined;
  const etag = await conditionally(upload, async () => {
    // Before all bytes travel (again): known refusals, which a server tells by a closed connection sometimes.
    const there = await headObject(upload.bucket, upload.name, upload.options);
    if (there?.writer === upload.writer) return there.etag;
    refuseKnown(upload, there?.etag);
    const handle = await openRegularFile(path);
    try {
      return await sendFile(upload, path, handle, (now) => {
        // An earlier try may have come through after all: then its bytes are the object's.
        if (reading !== undefined && reading.sha256 !== now.sha256) throw changed(path);
        reading = now;
      });
    } finally {
      await handle.close();
    }
  });
  if (reading === undefined) throw new Error('an object was written without having been read');
  return { etag, ...reading };
}

function refuseKnown({ key, options }: Upload, etag: string | undefined): void {
  const isRefused =
    (options.ifNoneMatch === '*' && etag !== undefined) ||
    (options.ifMatch !== undefined && options.ifMatch !== etag);
  if (isRefused) throw conditionFailed(key, options, undefined);
}

async function sendFile(
  upload: Upload,
  path: string,
  handle: FileHandle,
  onRead: (reading: Reading) => void,
): Promise<string | undefined> {
  const { bucket, name, options, writer } = upload;
  const { size } = await handle.stat();
  const { client, sdk } = await bucket.connection();
  // The SDK doesn't hear of a body that fails: the request is ended by its signal then.
  const failed = new AbortController();
  const signal =
    options.signal === undefined ? failed.signal : AbortSignal.any([options.signal, failed.signal]);
  const body = Readable.from(
    readHashed(upload, { path, handle, size }, onRead, (error) => {
      failed.abort(error);
    }),
    // Read ahead while earlier bytes travel.
    { objectMode: false, highWaterMark: 2 * chunkSize },
  );
  try {
    const answer = await client.send(
      new sdk.PutObjectCommand({
        Bucket: bucket.name,
        Key: name,
        Body: body,
        ContentLength: size,
        ChecksumAlgorithm: 'CRC32',
        Metadata: { [metadataNames.writer]: writer, ...announced(options.sha256) },
        ...conditionsOf(options),
        ...(options.contentType === undefined ? {} : { ContentType: options.contentType }),
      }),
      sendOptions(signal),
    );
    return answer.ETag;
  } catch (error) {
    failed.signal.throwIfAborted();
    throw error;
  } finally {
    body.destroy();
  }
}

function changed(path: string): StoreError {
  return new StoreError('source-unreadable', `${path} changed while it was being stored.`);
}

function announced(sha256: string | undefined): Record<string, string> {
  return sha256 === undefined ? {} : { [metadataNames.sha256]: sha256 };
}

/** The file's bytes. The last of them are given when all is known to be as it should: before, no object is there. */
async function* readHashed(
  upload: Upload,
  { path, handle, size }: { readonly path: string; readonly handle: FileHandle; readonly size: number },
  onRead: (reading: Reading) => void,
  onFailure: (error: unknown) => void,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let read = 0;
  try {
    while (read < size) {
      // Not used again: nobody tells when its bytes have left.
      const buffer = Buffer.allocUnsafeSlow(Math.min(chunkSize, size - read));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, read);
      if (bytesRead === 0) throw unreadable(path, new Error(`it ended at byte ${read} of ${size}`));
      const chunk = buffer.subarray(0, bytesRead);
      hash.update(chunk);
      read += bytesRead;
      upload.options.onProgress?.(read);
      if (read === size) {
        const sha256 = hash.digest('hex');
        checkDigest(upload, sha256);
        await upload.options.confirmation;
        onRead({ size, sha256 });
      }
      yield chunk;
    }
  } catch (error) {
    onFailure(systemCode(error) === undefined ? error : unreadable(path, error));
  }
}
