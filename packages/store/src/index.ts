export { StoreError, type StoreErrorCode, type StoreErrorDetails } from './error.js';
export { checkKey } from './key.js';
export { openStore, type OpenStoreOptions } from './open-store.js';
export { type CredentialSource, findS3Credentials } from './s3/credentials.js';
export type { S3Options } from './s3/options.js';
export type {
  ByteRange,
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
} from './store.js';
