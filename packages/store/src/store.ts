/** What a store knows about an object without handing out its bytes. @public */
export interface ObjectInfo {
  readonly key: string;
  readonly size: number;
  /** An entity tag with its quotes (RFC 9110, section 8.8.3): the same bytes under a key have the same tag. */
  readonly etag: string;
  /** Lower-case hex, where the store knows it for certain. */
  readonly sha256?: string;
  readonly modified: Date;
}

/** One line of a listing. It has no entity tag: a folder would have to read every file for it. @public */
export interface ListedObject {
  readonly key: string;
  readonly size: number;
  readonly modified: Date;
}

/** Part of an object; without `length` up to its end. A range may end behind the object, not begin there. @public */
export interface ByteRange {
  readonly offset: number;
  readonly length?: number;
}

/** An object on its way out. `body` may be read once; a body that is never read costs nothing. @public */
export interface StoredObject extends ObjectInfo {
  readonly body: AsyncIterable<Uint8Array>;
}

/** Bytes on their way in. A file can be read again when a request has to be repeated, a stream can't. @public */
export type ObjectBody = Uint8Array | AsyncIterable<Uint8Array> | { readonly file: string };

/** What was written: its digest was taken from the very bytes that went in. @public */
export interface PutResult extends ObjectInfo {
  readonly sha256: string;
}

/** @public */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** @public */
export interface GetOptions extends CallOptions {
  readonly range?: ByteRange | undefined;
  /** Only this version of the object; another one is `precondition-failed`. */
  readonly ifMatch?: string | undefined;
}

/** @public */
export interface PutOptions extends CallOptions {
  /** Only if nothing has this key: of any number of writers exactly one wins. */
  readonly ifNoneMatch?: '*' | undefined;
  /** Only over this version of the object. */
  readonly ifMatch?: string | undefined;
  /** Refuse the bytes (`checksum-mismatch`, nothing stored) if this isn't their digest. */
  readonly sha256?: string | undefined;
  /** `head` shall know the sha256, also where a large file has to be read once more for it before it is sent. */
  readonly keepDigest?: boolean | undefined;
  /** The media type, where the store keeps one. */
  readonly contentType?: string | undefined;
  /**
   * What has to hold before the object may be seen, found out while its bytes travel. Where it is rejected, the write
   * ends, nothing is stored, and the reason of the rejection is thrown.
   */
  readonly confirmation?: Promise<unknown> | undefined;
  /** Called with the number of bytes of this object that have been taken so far. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

/** @public */
export interface DeleteOptions extends CallOptions {
  /** Only this version of the object. */
  readonly ifMatch?: string | undefined;
}

/** @public */
export interface SweepOptions extends CallOptions {
  /** Only what was begun before this time: what is younger may still be at work. */
  readonly before: Date;
  /** Tell what would go, and leave it. */
  readonly dryRun?: boolean | undefined;
}

/** A write that was begun and never finished. @public */
export interface Unfinished {
  /** The key that it was for, or, where the store doesn't know it, the name of the temporary file. */
  readonly name: string;
  readonly modified: Date;
}

/** @public */
export interface LinkOptions extends CallOptions {
  /** How long the link works. */
  readonly seconds: number;
  /** Whether it writes the object (PUT of its whole bytes) instead of reading it. */
  readonly write?: boolean | undefined;
}

/**
 * Objects under keys, with conditional writes: the least that a bucket and a folder have in common.
 *
 * Keys are `/`-separated names (see `checkKey`). Every method throws `StoreError`, or the reason of an
 * aborted signal. A write is seen whole or not at all, and an aborted or failed one leaves no object.
 * @public
 */
export interface Store {
  /** Where it is, with a `/` at the end. */
  readonly url: string;
  /** The address of a key or prefix, percent-encoded. */
  urlOf(key: string): string;
  /** What is known about an object, or `undefined` where there is none. */
  head(key: string, options?: CallOptions): Promise<ObjectInfo | undefined>;
  /** An object or a part of it; `not-found` where there is none. */
  get(key: string, options?: GetOptions): Promise<StoredObject>;
  /** Writes an object whole. */
  put(key: string, body: ObjectBody, options?: PutOptions): Promise<PutResult>;
  /** All objects whose keys begin with these characters, in the order of their UTF-8 bytes. */
  list(prefix: string, options?: CallOptions): AsyncIterable<ListedObject>;
  /** Removes an object; to remove what isn't there succeeds, unless a condition was given. */
  delete(key: string, options?: DeleteOptions): Promise<void>;
  /** Removes what killed writers left under a prefix (a folder knows no prefix of its temporary files), and tells it. */
  sweep(prefix: string, options: SweepOptions): AsyncIterable<Unfinished>;
  /** An http address that reads or writes an object without credentials for a while; `undefined` where there is none. */
  link(key: string, options: LinkOptions): Promise<string | undefined>;
  /** The plain http address of an object that anybody may read; `undefined` where nobody may. */
  publicUrl(key: string, options?: CallOptions): Promise<string | undefined>;
}
