import { link, open, realpath, rename, rm, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { stopIfRefused } from '../confirmation.js';
import { StoreError } from '../error.js';
import { checkKey } from '../key.js';
import { resolveRange } from '../range.js';
import type {
  CallOptions,
  DeleteOptions,
  GetOptions,
  ListedObject,
  ObjectBody,
  ObjectInfo,
  PutOptions,
  PutResult,
  Store,
  StoredObject,
  SweepOptions,
  Unfinished,
} from '../store.js';
import { digestFile, etagOf, type DigestedFile } from './digest.js';
import { withKeyLock } from './key-lock.js';
import { listFolder } from './listing.js';
import {
  findFile,
  locate,
  makeOwnFolder,
  makeParents,
  removeEmptyParents,
  type Location,
} from './location.js';
import { readObject } from './object-body.js';
import { sweepFolder } from './sweep.js';
import { fromSystemError, systemCode } from './system-error.js';
import { writeTemporaryFile, type TemporaryFile } from './temporary-file.js';

/** @internal */
export interface FolderStoreOptions {
  /** How long a write waits for another process that changes the same key, in milliseconds. */
  readonly patience?: number | undefined;
}

/**
 * A folder as a store: each object is a plain file whose path is its key.
 *
 * - A write goes to a file of its own under `.wheelwright/tmp`, is flushed, and becomes visible by link(2)
 *   (`ifNoneMatch`: one winner) or rename(2) (under the key's lock, as deletion is: `ifMatch` compares and replaces
 *   as one step).
 * - The entity tag is the content's sha256. It is taken while writing, and again by reading the file in `head` and
 *   `get`: there are no side files that could disagree with what someone copied in.
 * @internal
 */
export class FolderStore implements Store {
  readonly url: string;
  readonly #root: string;
  readonly #patience: number | undefined;

  /** @param root - an absolute path; the folder is made by the first write */
  constructor(root: string, { patience }: FolderStoreOptions = {}) {
    this.#root = root;
    this.#patience = patience;
    this.url = pathToFileURL(join(root, '/')).href;
  }

  urlOf(key: string): string {
    if (key !== '') checkKey(key.endsWith('/') ? key.slice(0, -1) : key);
    return pathToFileURL(join(this.#root, key)).href;
  }

  async head(key: string, options: CallOptions = {}): Promise<ObjectInfo | undefined> {
    const location = await this.#locate(key);
    return this.#wrapped('read the object', key, async () => {
      options.signal?.throwIfAborted();
      const found = await this.#digest(location, options);
      return found && infoOf(key, found);
    });
  }

  async get(key: string, options: GetOptions = {}): Promise<StoredObject> {
    const location = await this.#locate(key);
    return this.#wrapped('read the object', key, async () => {
      options.signal?.throwIfAborted();
      const found = await this.#digest(location, options);
      if (found === undefined)
        throw new StoreError('not-found', `There is no object ${show(key)} in ${this.url}`, { key });
      const info = infoOf(key, found);
      if (options.ifMatch !== undefined && options.ifMatch !== info.etag)
        throw changed(key, options.ifMatch, info.etag);
      const range = resolveRange(key, info.size, options.range);
      return { ...info, body: readObject(location, found.stats, range, options.signal) };
    });
  }

  async put(key: string, body: ObjectBody, given: PutOptions = {}): Promise<PutResult> {
    const options = stopIfRefused(given);
    const location = await this.#locate(key);
    return this.#wrapped('write the object', key, async () => {
      options.signal?.throwIfAborted();
      // Known failures are told before the bytes are copied; what decides is the check at the end.
      await this.#checkConditions(location, options);
      const temporary = await writeTemporaryFile(await makeOwnFolder(this.#root, 'tmp'), body, options);
      try {
        await options.confirmation;
        if (options.ifNoneMatch === '*') await this.#create(location, temporary);
        else await this.#replace(location, temporary, options);
      } finally {
        await rm(temporary.path, { force: true });
      }
      await syncFolder(dirname(location.path));
      const { size, sha256 } = temporary;
      return { key, size, sha256, etag: etagOf(sha256), modified: temporary.modified };
    });
  }

  async *list(prefix: string, { signal }: CallOptions = {}): AsyncGenerator<ListedObject> {
    const root = await this.#realRoot();
    try {
      yield* listFolder(root, prefix, signal);
    } catch (error) {
      throw fromSystemError(error, 'list the prefix', prefix);
    }
  }

  async delete(key: string, options: DeleteOptions = {}): Promise<void> {
    const location = await this.#locate(key);
    await this.#wrapped('delete the object', key, async () => {
      options.signal?.throwIfAborted();
      if (options.ifMatch === undefined && (await findFile(location)) === undefined) return;
      await this.#locked(key, options, async () => {
        await this.#checkConditions(location, options);
        if ((await findFile(location)) === undefined) return;
        await unlink(location.path);
        await removeEmptyParents(location);
      });
    });
  }

  async *sweep(_prefix: string, options: SweepOptions): AsyncGenerator<Unfinished> {
    const root = await this.#realRoot();
    try {
      yield* sweepFolder(root, options);
    } catch (error) {
      throw fromSystemError(error, 'sweep the folder', root);
    }
  }

  /** A folder has no server that could answer. */
  async link(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async publicUrl(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  /** Exactly one of any number of writers links its file to the key. */
  async #create(location: Location, temporary: TemporaryFile): Promise<void> {
    await retryIfPruned(async () => {
      await makeParents(location);
      try {
        await link(temporary.path, location.path);
      } catch (error) {
        if (systemCode(error) === 'EEXIST') throw exists(location.key);
        throw error;
      }
    });
  }

  async #replace(location: Location, temporary: TemporaryFile, options: PutOptions): Promise<void> {
    await this.#locked(location.key, options, async (confirm) => {
      await this.#checkConditions(location, options);
      await retryIfPruned(async () => {
        await makeParents(location);
        await confirm();
        await rename(temporary.path, location.path);
      });
    });
  }

  async #checkConditions(location: Location, options: PutOptions): Promise<void> {
    if (options.ifNoneMatch === '*' && (await findFile(location))) throw exists(location.key);
    if (options.ifMatch === undefined) return;
    const found = await this.#digest(location, options);
    const etag = found && etagOf(found.sha256);
    if (etag !== options.ifMatch) throw changed(location.key, options.ifMatch, etag);
  }

  async #digest(location: Location, options: CallOptions): Promise<DigestedFile | undefined> {
    if ((await findFile(location)) === undefined) return undefined;
    try {
      return await digestFile(location.path, options);
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined; // Deleted since it was found.
      throw error;
    }
  }

  async #locked(key: string, { signal }: CallOptions, work: (confirm: () => Promise<void>) => Promise<void>) {
    const options = { signal, patience: this.#patience };
    await withKeyLock(await makeOwnFolder(this.#root, 'locks'), key, options, (lock) =>
      work(() => lock.confirm()),
    );
  }

  async #locate(key: string): Promise<Location> {
    return locate(await this.#realRoot(), key);
  }

  /** The root itself may be reached through symbolic links: it is what the user named. */
  async #realRoot(): Promise<string> {
    try {
      return await realpath(this.#root);
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return this.#root;
      throw fromSystemError(error, `open the folder ${this.#root}`);
    }
  }

  async #wrapped<T>(doing: string, key: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw fromSystemError(error, doing, key);
    }
  }
}

function infoOf(key: string, { sha256, stats }: DigestedFile): ObjectInfo {
  return { key, size: stats.size, etag: etagOf(sha256), sha256, modified: stats.mtime };
}

/** A concurrent delete may remove the parents, empty as they are, between their making and their use. */
async function retryIfPruned(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await work();
      return;
    } catch (error) {
      if (systemCode(error) !== 'ENOENT' || attempt === 10) throw error;
    }
  }
}

/** A new name survives a power cut only when its folder is flushed too; Windows has no such call. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

function exists(key: string): StoreError {
  return new StoreError('precondition-failed', `The object ${show(key)} exists already.`, { key });
}

function changed(key: string, expected: string, actual: string | undefined): StoreError {
  const state = actual === undefined ? 'does not exist' : `is another version: ${actual}`;
  return new StoreError(
    'precondition-failed',
    `The object ${show(key)} ${state}; expected was ${expected}.`,
    { key },
  );
}

function show(key: string): string {
  return JSON.stringify(key);
}
