import { setMaxListeners } from 'node:events';
import { StoreError } from '../error.js';
import {
  checkDigest,
  conditionally,
  conditionFailed,
  conditionsOf,
  type Upload,
  type Uploaded,
} from './conditional.js';
import type { Part, PartReader } from './parts.js';
import { headObject, metadataNames, sendOptions } from './requests.js';
import { withRetries } from './retry.js';

/** Parts that lie in memory at once may take this much, whatever the concurrency. */
const mostMemory = 128 * 1024 * 1024;
const mostParts = 10_000;

/** A part that the server has. */
interface DoneParts {
  ETag: string;
  PartNumber: number;
  ChecksumCRC32: string;
}

/**
 * Writes an object as a multipart upload: parts travel in parallel, the object appears when all are there, and
 * whatever goes wrong before takes the parts away again. Only a killed process leaves some: `sweep` finds them.
 * @param first - the first part, which is not the last one
 */
export async function uploadParts(upload: Upload, first: Part, parts: PartReader): Promise<Uploaded> {
  const { bucket, key, name, options } = upload;
  // Known failures are told before the bytes travel; what decides is the condition at the end.
  if (options.ifNoneMatch === '*' && (await headObject(bucket, name, options)) !== undefined)
    throw conditionFailed(key, options, undefined);
  const { client, sdk } = await bucket.connection();
  const uploadId = await begin(upload);
  const target = { Bucket: bucket.name, Key: name, UploadId: uploadId };
  try {
    const done = await sendAll(upload, uploadId, first, parts);
    const { size, sha256 } = parts.digest();
    checkDigest(upload, sha256);
    await options.confirmation;
    const etag = await conditionally(upload, async () => {
      const answer = await client.send(
        new sdk.CompleteMultipartUploadCommand({
          ...target,
          MultipartUpload: { Parts: done },
          ...conditionsOf(options),
        }),
        sendOptions(options.signal),
      );
      return answer.ETag;
    });
    return { etag, size, sha256 };
  } catch (error) {
    // The caller's signal may be aborted already: this request has a short time of its own.
    await withRetries({ attempts: 3 }, () =>
      client.send(new sdk.AbortMultipartUploadCommand(target), sendOptions(AbortSignal.timeout(10_000))),
    ).catch(() => undefined);
    throw error;
  }
}

async function begin({ bucket, key, name, options, writer }: Upload): Promise<string> {
  const { client, sdk } = await bucket.connection();
  const { attempts } = bucket.settings;
  const { UploadId } = await withRetries({ attempts, signal: options.signal }, () =>
    client.send(
      new sdk.CreateMultipartUploadCommand({
        Bucket: bucket.name,
        Key: name,
        ChecksumAlgorithm: 'CRC32',
        Metadata: {
          [metadataNames.writer]: writer,
          ...(options.sha256 === undefined ? {} : { [metadataNames.sha256]: options.sha256 }),
        },
        ...(options.contentType === undefined ? {} : { ContentType: options.contentType }),
      }),
      sendOptions(options.signal),
    ),
  );
  if (UploadId === undefined)
    throw new StoreError('io', 'The server began an upload without a name.', { key });
  return UploadId;
}

/** Sends parts while the next ones are read, as many at once as memory and settings allow. */
async function sendAll(
  upload: Upload,
  uploadId: string,
  first: Part,
  parts: PartReader,
): Promise<DoneParts[]> {
  const { concurrency } = upload.bucket.settings;
  const width = Math.max(1, Math.min(concurrency, Math.floor(mostMemory / first.bytes.byteLength)));
  const failed = new AbortController();
  const { signal: outer } = upload.options;
  const signal = outer === undefined ? failed.signal : AbortSignal.any([outer, failed.signal]);
  setMaxListeners(width * 4, signal);
  const done: DoneParts[] = [];
  const travelling = new Set<Promise<void>>();
  try {
    for (let part: Part | undefined = first; part !== undefined; part = await parts.next()) {
      const sent = sendPart(upload, uploadId, part, signal).then(
        (result) => {
          done.push(result);
          travelling.delete(sent);
        },
        (error: unknown) => {
          travelling.delete(sent);
          failed.abort(error);
        },
      );
      travelling.add(sent);
      if (travelling.size >= width) await Promise.race(travelling);
      signal.throwIfAborted();
    }
    await Promise.all(travelling);
    signal.throwIfAborted();
  } catch (error) {
    failed.abort(error);
    await Promise.all(travelling);
    throw error;
  }
  return done.sort((one, other) => one.PartNumber - other.PartNumber);
}

async function sendPart(
  { bucket, key, name }: Upload,
  uploadId: string,
  part: Part,
  signal: AbortSignal,
): Promise<DoneParts> {
  const { number, bytes, crc32 } = part;
  if (number > mostParts) {
    throw new StoreError(
      'unsupported',
      `A stream for ${JSON.stringify(key)} has more than ${mostParts} parts.`,
      {
        key,
        hint: 'Store it from a file, or with larger parts.',
      },
    );
  }
  const { client, sdk } = await bucket.connection();
  try {
    const { ETag } = await withRetries({ attempts: bucket.settings.attempts, signal }, () =>
      client.send(
        new sdk.UploadPartCommand({
          Bucket: bucket.name,
          Key: name,
          UploadId: uploadId,
          PartNumber: number,
          Body: bytes,
          ChecksumCRC32: crc32,
        }),
        sendOptions(signal),
      ),
    );
    if (ETag === undefined)
      throw new StoreError('io', `The server gave part ${number} no entity tag.`, { key });
    return { ETag, PartNumber: number, ChecksumCRC32: crc32 };
  } finally {
    part.release();
  }
}
