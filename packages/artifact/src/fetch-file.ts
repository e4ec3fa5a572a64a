import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readdir, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreError, type Store, type StoredObject } from '@wheelwright/store';
import { ArtifactError } from './error.js';
import type { RemoteFile } from './remote.js';
import { digestWhileWriting, type WrittenDigest } from './written-digest.js';

/** A file that is to be fetched; a digest is known of all but those that MXNet's script pushed. */
export interface WantedFile {
  readonly name: string;
  readonly key: string;
  readonly size: number;
  readonly sha256: string | undefined;
}

/** Bytes that are written at once. */
const batchSize = 1024 * 1024;

/** Pieces of that size that may be on their way to the file: writing isn't even, and the network needn't wait for it. */
const mostPieces = 16;

/** After so many bytes the disk is told to begin: else it would begin when the last byte is here, with all of them. */
const syncSize = 32 * 1024 * 1024;

/**
 * Fetches an object into a staging folder, from where an earlier try stopped: the version of that try is part of the
 * file's name, and asked for again (`ifMatch`). The digest is taken of all bytes, those of the earlier try as well.
 * @returns the path of the file, flushed to the disk
 * @throws ArtifactError `damaged` when the bytes aren't those of the meta file; StoreError
 */
export async function fetchFile(
  store: Store,
  wanted: WantedFile,
  staging: string,
  { signal, onProgress }: { signal?: AbortSignal | undefined; onProgress: (bytes: number) => void },
): Promise<RemoteFile & { readonly path: string }> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await fetchOnce(store, wanted, staging, signal, onProgress);
    } catch (error) {
      signal?.throwIfAborted();
      const isStale =
        (error instanceof StoreError && error.code === 'precondition-failed') ||
        (error instanceof ArtifactError && error.code === 'damaged');
      if (!isStale || attempt === 2) throw error;
      // What was there is of another version, or was damaged on the way: once more, from nothing.
      for (const name of await remainsOf(wanted, staging)) await rm(join(staging, name), { force: true });
    }
  }
}

async function fetchOnce(
  store: Store,
  wanted: WantedFile,
  staging: string,
  signal: AbortSignal | undefined,
  onProgress: (bytes: number) => void,
): Promise<RemoteFile & { readonly path: string }> {
  const { key, name, size, sha256 } = wanted;
  const [remains] = await remainsOf(wanted, staging);
  const begun = remains === undefined ? undefined : await openRemains(join(staging, remains), size);
  const etag = begun && remains !== undefined ? etagIn(remains) : undefined;
  const object =
    begun?.size === size
      ? undefined
      : await getFrom(store, key, begun?.size ?? 0, etag, signal).catch(async (error: unknown) => {
          await begun?.handle.close();
          throw error;
        });
  if (object !== undefined && object.size !== size) {
    await begun?.handle.close();
    throw damaged(`${key} has ${object.size} bytes; the meta file says ${size}`);
  }
  const path = join(staging, remains ?? partName(wanted, object?.etag ?? ''));
  const handle =
    begun?.handle ?? (await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600));
  let digest: WrittenDigest | undefined;
  try {
    digest = await digestWhileWriting(handle, size, begun?.size ?? 0);
    if (object !== undefined) await writeBody(object, handle, digest, begun?.size ?? 0, onProgress);
    onProgress(size);
    const [taken] = await Promise.all([digest.result(), handle.datasync()]);
    if (sha256 !== undefined && taken !== sha256) {
      throw damaged(`${name} has the sha256 ${taken}; the meta file says ${sha256}`);
    }
    return { path, size, sha256: taken };
  } finally {
    await digest?.close();
    await handle.close();
  }
}

/** The object from a byte on. An empty object has no first byte to ask for. */
async function getFrom(
  store: Store,
  key: string,
  offset: number,
  ifMatch: string | undefined,
  signal: AbortSignal | undefined,
): Promise<StoredObject> {
  try {
    return await store.get(key, { signal, ifMatch, ...(offset === 0 ? {} : { range: { offset } }) });
  } catch (error) {
    if (error instanceof StoreError && error.code === 'not-found') throw damaged(`${key} is missing`);
    throw error;
  }
}

/** Writes in large pieces, while the next ones arrive. */
async function writeBody(
  { body, size }: StoredObject,
  handle: FileHandle,
  digest: WrittenDigest,
  start: number,
  onProgress: (bytes: number) => void,
): Promise<void> {
  const writer = pieceWriter(handle, start, digest.reach);
  let [batch, batched, received] = [[] as Uint8Array[], 0, start];
  for await (const chunk of body) {
    received += chunk.byteLength;
    if (received > size) break;
    digest.take(chunk);
    batch.push(chunk);
    batched += chunk.byteLength;
    if (batched < batchSize) continue;
    await writer.write(batch, batched);
    [batch, batched] = [[], 0];
    onProgress(received);
  }
  if (batched > 0) await writer.write(batch, batched);
  await writer.end();
  if (received !== size) throw damaged(`the store gave ${received} bytes of ${size}`);
}

/** Writes one piece behind the other, several at once, and tells the disk to begin now and then. */
function pieceWriter(handle: FileHandle, start: number, onWritten: (end: number) => void) {
  const writing: Promise<void>[] = [];
  let [position, synced, syncing] = [start, start, undefined as Promise<unknown> | undefined];
  return {
    /** Waits for the oldest piece where many are on their way. */
    write: async (piece: readonly Uint8Array[], length: number): Promise<void> => {
      if (writing.length >= mostPieces) await writing.shift();
      const [before, end] = [writing.at(-1), position + length];
      const written = handle.writev(piece, position).then(async ({ bytesWritten }) => {
        if (bytesWritten < length) throw new Error(`${bytesWritten} of ${length} bytes were written`);
        await before;
        onWritten(end);
      });
      // Its failure is heard of when it's waited for; until then it isn't unhandled.
      written.catch(() => undefined);
      writing.push(written);
      position = end;
      if (syncing !== undefined || position - synced < syncSize) return;
      synced = position;
      // The sync at the end tells what went wrong here.
      syncing = handle
        .datasync()
        .catch(() => undefined)
        .finally(() => (syncing = undefined));
    },
    end: async (): Promise<void> => {
      await Promise.all(writing);
      await syncing;
    },
  };
}

/** What an earlier try left; an error where it has more bytes than it may. */
async function openRemains(
  path: string,
  limit: number,
): Promise<{ readonly handle: FileHandle; readonly size: number }> {
  const handle = await open(path, constants.O_RDWR | constants.O_NOFOLLOW);
  try {
    const { size } = await handle.stat();
    if (size > limit) throw damaged(`${path} has more bytes than the meta file says`);
    return { handle, size };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** `HASH-ETAG`: names in an artifact may be longer than a file's name, or have a `/`. */
function partName(wanted: WantedFile, etag: string): string {
  return `${nameHash(wanted)}-${Buffer.from(etag).toString('base64url')}`;
}

function etagIn(name: string): string {
  return Buffer.from(name.slice(65), 'base64url').toString();
}

async function remainsOf(wanted: WantedFile, staging: string): Promise<string[]> {
  const start = `${nameHash(wanted)}-`;
  return (await readdir(staging)).filter((name) => name.startsWith(start));
}

function nameHash({ key, sha256 = '' }: WantedFile): string {
  return createHash('sha256').update(`${key}\0${sha256}`).digest('hex');
}

function damaged(complaint: string): ArtifactError {
  return new ArtifactError('damaged', `The artifact is damaged: ${complaint}.`, {
    hint: 'Verify it, and push it again with --replace.',
  });
}
