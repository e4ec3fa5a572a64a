import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StoreError } from './error.js';
import { FolderStore } from './folder/folder-store.js';
import { parseBucketAddress } from './s3/address.js';
import type { S3Options } from './s3/options.js';
import { S3Store } from './s3/s3-store.js';
import type { Store } from './store.js';

/** @public */
export interface OpenStoreOptions {
  /** The absolute folder that a relative path starts from. */
  readonly base?: string | undefined;
  /** How long a write waits for another process that changes the same key, in milliseconds (30 000). */
  readonly patience?: number | undefined;
  /** For a bucket. */
  readonly s3?: S3Options | undefined;
}

const schemes = ['file', 's3'];

/**
 * Opens a store by its address. Nothing is read, made or connected to yet.
 * @param url - `file:///folder`, the path of a folder, or `s3://bucket/prefix`
 * @throws StoreError `unsupported-scheme`, `invalid-url`
 * @public
 */
export function openStore(url: string | URL, options: OpenStoreOptions = {}): Store {
  if (/^s3:/i.test(String(url))) return new S3Store(parseBucketAddress(String(url)), options.s3);
  return new FolderStore(folderOf(url, options.base), options);
}

function folderOf(url: string | URL, base: string | undefined): string {
  const address = String(url);
  // At least two letters: `C:\folder` is a path.
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]+):/.exec(address)?.[1]?.toLowerCase();
  if (scheme === undefined) return pathOf(address, base);
  if (!schemes.includes(scheme)) {
    throw new StoreError('unsupported-scheme', `There is no store for ${scheme}: addresses: ${address}`, {
      hint: `Known: ${schemes.map((name) => `${name}://`).join(', ')}, and the path of a folder.`,
    });
  }
  try {
    return fileURLToPath(address);
  } catch (error) {
    throw invalid(address, 'is not the address of a folder on this machine', error);
  }
}

function pathOf(path: string, base: string | undefined): string {
  if (path === '' || path.includes('\0')) throw invalid(path, 'is not a path');
  if (isAbsolute(path)) return resolve(path);
  if (base === undefined || !isAbsolute(base))
    throw invalid(path, 'is a relative path, and no folder to start from was given');
  return resolve(base, path);
}

function invalid(address: string, complaint: string, cause?: unknown): StoreError {
  return new StoreError('invalid-url', `The store ${JSON.stringify(address)} ${complaint}.`, {
    hint: 'Give file:///absolute/folder, a path, or s3://bucket/prefix.',
    ...(cause === undefined ? {} : { cause }),
  });
}
