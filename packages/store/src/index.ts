export { StoreError, type StoreErrorCode, type StoreErrorDetails } from './error.js';
export { checkKey } from './key.js';
export { openStore, type OpenStoreOptions } from './open-store.js';
export type {
  ByteRange,
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
} from './store.js';
