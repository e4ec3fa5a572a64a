import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { chunksOf } from '../body-source.js';
import type { ObjectBody } from '../store.js';
import { openRegularFile, unreadable } from './source-file.js';

const readSize = 4 * 1024 * 1024;

/** A part of a body in memory. Its buffer is the reader's again once `release` was called. */
export interface Part {
  /** From 1, as S3 counts. */
  readonly number: number;
  readonly bytes: Uint8Array;
  /** Base64 of the big-endian CRC-32, as `x-amz-checksum-crc32` wants it. */
  readonly crc32: string;
  readonly isLast: boolean;
  release(): void;
}

/** Cuts a body into parts, and takes the digest of the whole on the way. */
export interface PartReader {
  /** The next part, or `undefined` behind the last one. The first one may be empty. */
  next(): Promise<Part | undefined>;
  /** Of all parts that were read. */
  digest(): { readonly size: number; readonly sha256: string };
  close(): Promise<void>;
}

/** @internal */
export interface PartReaderOptions {
  readonly partSize: number;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((bytes: number) => void) | undefined;
}

/**
 * Reads a body part by part: a file straight into the part's buffer, anything else through its stream.
 * @throws StoreError `source-unreadable`; what a stream throws
 */
export async function openParts(body: ObjectBody, options: PartReaderOptions): Promise<PartReader> {
  if (body instanceof Uint8Array || !('file' in body)) {
    const chunks = chunksOf(body, options.signal);
    return partReader(streamFiller(chunks), options, async () => {
      await chunks.return(undefined);
    });
  }
  const handle = await openRegularFile(body.file);
  return partReader(fileFiller(handle, body.file), options, () => handle.close());
}

/** Fills a buffer from its beginning; fewer bytes than it holds mean the end. */
type Filler = (buffer: Buffer, onBytes: (bytes: Buffer) => void) => Promise<number>;

function partReader(fill: Filler, options: PartReaderOptions, close: () => Promise<void>): PartReader {
  const hash = createHash('sha256');
  const free: Buffer[] = [];
  let [size, number, isOver] = [0, 0, false];
  /** One byte that was read ahead, to know whether a full part is the last one. */
  let ahead: Buffer | undefined;
  const take = (bytes: Buffer): void => {
    options.signal?.throwIfAborted();
    hash.update(bytes);
    size += bytes.byteLength;
    options.onProgress?.(size);
  };
  return {
    next: async () => {
      if (isOver) return undefined;
      const buffer = free.pop() ?? Buffer.allocUnsafeSlow(options.partSize);
      const begun = ahead === undefined ? 0 : ahead.copy(buffer);
      const filled = begun + (await fill(buffer.subarray(begun), take));
      const probe = Buffer.alloc(1);
      isOver = filled < buffer.length || (await fill(probe, take)) === 0;
      ahead = isOver ? undefined : probe;
      const bytes = buffer.subarray(0, filled);
      number += 1;
      return { number, bytes, crc32: crc32Header(bytes), isLast: isOver, release: () => free.push(buffer) };
    },
    digest: () => ({ size, sha256: hash.digest('hex') }),
    close,
  };
}

function streamFiller(chunks: AsyncGenerator<Uint8Array>): Filler {
  let rest: Buffer = Buffer.alloc(0);
  return async (buffer, onBytes) => {
    let filled = 0;
    while (filled < buffer.length) {
      if (rest.length === 0) {
        const next = await chunks.next();
        if (next.done === true) break;
        rest = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength);
        continue;
      }
      const copied = rest.copy(buffer, filled);
      onBytes(buffer.subarray(filled, filled + copied));
      rest = rest.subarray(copied);
      filled += copied;
    }
    return filled;
  };
}

function fileFiller(handle: FileHandle, path: string): Filler {
  let position = 0;
  return async (buffer, onBytes) => {
    let filled = 0;
    while (filled < buffer.length) {
      const length = Math.min(readSize, buffer.length - filled);
      const { bytesRead } = await handle.read(buffer, filled, length, position).catch((error: unknown) => {
        throw unreadable(path, error);
      });
      if (bytesRead === 0) break;
      onBytes(buffer.subarray(filled, filled + bytesRead));
      filled += bytesRead;
      position += bytesRead;
    }
    return filled;
  };
}

function crc32Header(bytes: Uint8Array): string {
  const digest = Buffer.alloc(4);
  digest.writeUInt32BE(crc32(bytes));
  return digest.toString('base64');
}
