import { stopIfRefused } from '../confirmation.js';
import { StoreError } from '../error.js';
import { resolveRange } from '../range.js';
import { checkKey, checkPrefix, isKey } from '../key.js';
import type {
  CallOptions,
  DeleteOptions,
  GetOptions,
  LinkOptions,
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
import { formatBucketAddress, type BucketAddress } from './address.js';
import { conditionFailed } from './conditional.js';
import { connect, type Connection } from './connection.js';
import { openObject, readOpened } from './download.js';
import { failureKind, toStoreError } from './failure.js';
import { linkObject, publicUrl } from './link.js';
import { listObjects } from './listing.js';
import { settingsOf, type S3Options } from './options.js';
import { headObject, sendOptions, type Bucket, type HeadAnswer } from './requests.js';
import { withRetries } from './retry.js';
import { sweepUploads } from './sweep.js';
import { upload } from './upload.js';

/**
 * A bucket, or the part of one below a prefix, as a store. The SDK is loaded and the server is asked when the first call
 * needs it.
 *
 * - The entity tag is the server's. The sha256 is known of objects that were written in one part, or whose digest was
 *   given with `put`: it stands in their metadata.
 * - Writes are conditional on PutObject and on CompleteMultipartUpload. `delete` with `ifMatch` compares first, for not
 *   every server knows that header.
 * @internal
 */
export class S3Store implements Store {
  readonly url: string;
  readonly #address: BucketAddress;
  readonly #bucket: Bucket;

  constructor(address: BucketAddress, options: S3Options = {}) {
    this.#address = address;
    this.url = formatBucketAddress(address, '');
    const settings = settingsOf(options);
    let connection: Promise<Connection> | undefined;
    this.#bucket = {
      name: address.bucket,
      settings,
      connection: () => (connection ??= connect(options, settings)),
    };
    // The first call tells what went wrong.
    if (options.eager === true) this.#bucket.connection().catch(() => undefined);
  }

  urlOf(key: string): string {
    if (key !== '') checkKey(key.endsWith('/') ? key.slice(0, -1) : key);
    return formatBucketAddress(this.#address, key);
  }

  async head(key: string, options: CallOptions = {}): Promise<ObjectInfo | undefined> {
    return this.#wrapped('read the object', key, options, async (name) => {
      const answer = await headObject(this.#bucket, name, options);
      return answer && infoOf(key, answer);
    });
  }

  async get(key: string, options: GetOptions = {}): Promise<StoredObject> {
    return this.#wrapped('read the object', key, options, async (name) => {
      // What makes no sense is refused before it is asked for.
      if (options.range !== undefined) resolveRange(key, Infinity, options.range);
      const opened = await openObject(this.#bucket, name, options.range, options).catch(
        async (error: unknown) => this.#explainGet(error, key, options),
      );
      const body = this.#body(key, name, opened, options.signal);
      return { ...infoOf(key, opened), body };
    });
  }

  async put(key: string, body: ObjectBody, given: PutOptions = {}): Promise<PutResult> {
    const options = stopIfRefused(given);
    return this.#wrapped('write the object', key, options, async (name) => {
      const written = await upload(this.#bucket, { key, name }, body, options);
      return { key, ...written, modified: new Date() };
    });
  }

  async *list(prefix: string, options: CallOptions = {}): AsyncGenerator<ListedObject> {
    checkPrefix(prefix);
    options.signal?.throwIfAborted();
    const start = this.#address.prefix;
    try {
      for await (const object of listObjects(this.#bucket, start + prefix, options)) {
        const key = object.key.slice(start.length);
        // What other programs stored under names that no key has is passed over, as in a folder.
        if (isKey(key)) yield { ...object, key };
      }
    } catch (error) {
      options.signal?.throwIfAborted();
      throw toStoreError(error, 'list the prefix', prefix);
    }
  }

  async delete(key: string, options: DeleteOptions = {}): Promise<void> {
    await this.#wrapped('delete the object', key, options, async (name) => {
      const { ifMatch, signal } = options;
      if (ifMatch !== undefined && (await headObject(this.#bucket, name, options))?.etag !== ifMatch)
        throw conditionFailed(key, options, undefined);
      const { client, sdk } = await this.#bucket.connection();
      const input = {
        Bucket: this.#bucket.name,
        Key: name,
        ...(ifMatch === undefined ? {} : { IfMatch: ifMatch }),
      };
      await withRetries({ attempts: this.#bucket.settings.attempts, signal }, () =>
        client.send(new sdk.DeleteObjectCommand(input), sendOptions(signal)),
      ).catch((error: unknown) => {
        const kind = failureKind(error);
        if (kind === 'condition-failed') throw conditionFailed(key, options, error);
        if (kind !== 'not-found') throw error;
      });
    });
  }

  async *sweep(prefix: string, options: SweepOptions): AsyncGenerator<Unfinished> {
    checkPrefix(prefix);
    const start = this.#address.prefix;
    try {
      for await (const found of sweepUploads(this.#bucket, start + prefix, options))
        yield { ...found, name: found.name.slice(start.length) };
    } catch (error) {
      options.signal?.throwIfAborted();
      throw toStoreError(error, 'sweep the uploads under', prefix);
    }
  }

  async link(key: string, options: LinkOptions): Promise<string | undefined> {
    return this.#wrapped('make a link to', key, options, (name) => linkObject(this.#bucket, name, options));
  }

  async publicUrl(key: string, options: CallOptions = {}): Promise<string | undefined> {
    return this.#wrapped('look at', key, options, (name) => publicUrl(this.#bucket, name, options));
  }

  /** What a GET was refused for: an empty object has no range, and its tag may not be told from another's. */
  async #explainGet(error: unknown, key: string, options: GetOptions) {
    const kind = failureKind(error);
    if (kind === 'condition-failed') throw conditionFailed(key, options, error);
    if (kind === 'not-found') {
      throw new StoreError('not-found', `There is no object ${JSON.stringify(key)} in ${this.url}`, {
        key,
        cause: error,
      });
    }
    if (kind !== 'range') throw error;
    const answer = await headObject(this.#bucket, this.#address.prefix + key, options);
    const size = answer?.size ?? 0;
    if (answer === undefined)
      throw new StoreError('not-found', `There is no object ${JSON.stringify(key)}.`, { key });
    if (options.ifMatch !== undefined && options.ifMatch !== answer.etag)
      throw conditionFailed(key, options, error);
    return { ...answer, range: resolveRange(key, size, options.range), beginning: new Uint8Array() };
  }

  async *#body(
    key: string,
    name: string,
    opened: Awaited<ReturnType<typeof openObject>>,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunks of readOpened(this.#bucket, name, opened, signal)) yield* chunks;
    } catch (error) {
      signal?.throwIfAborted();
      const kind = failureKind(error);
      if (kind === 'condition-failed' || kind === 'not-found')
        throw conditionFailed(key, { ifMatch: opened.etag }, error);
      throw toStoreError(error, 'read the object', key);
    }
  }

  /** Checks the key, and gives errors the store's words. */
  async #wrapped<T>(
    doing: string,
    key: string,
    { signal }: CallOptions,
    work: (name: string) => Promise<T>,
  ): Promise<T> {
    checkKey(key);
    const name = this.#address.prefix + key;
    checkKey(name);
    signal?.throwIfAborted();
    try {
      return await work(name);
    } catch (error) {
      signal?.throwIfAborted();
      throw toStoreError(error, doing, key);
    }
  }
}

function infoOf(key: string, { size, etag, modified, sha256 }: HeadAnswer): ObjectInfo {
  return { key, size, etag, modified, ...(sha256 === undefined ? {} : { sha256 }) };
}
