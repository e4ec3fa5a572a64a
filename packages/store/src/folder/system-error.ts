import { StoreError, type StoreErrorCode } from '../error.js';

/** The errno name of a system error (`ENOENT`); Node's own errors and ours have codes of another shape. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if (!('code' in error) || typeof error.code !== 'string') return undefined;
  return /^E[A-Z0-9]+$/.test(error.code) ? error.code : undefined;
}

const meanings = new Map<string, { code: StoreErrorCode; hint?: string }>([
  ['EACCES', { code: 'access-denied', hint: 'Check the owner and the mode of the folder.' }],
  ['EPERM', { code: 'access-denied', hint: 'Check the owner and the mode of the folder.' }],
  ['EROFS', { code: 'access-denied', hint: 'The file system is mounted read-only.' }],
  ['ELOOP', { code: 'access-denied', hint: 'A folder store follows no symbolic links.' }],
  ['ENOSPC', { code: 'out-of-space', hint: 'Free some space, or use a store on another file system.' }],
  ['EDQUOT', { code: 'out-of-space', hint: 'The quota of this user is used up.' }],
  ['EISDIR', { code: 'key-conflict', hint: 'Objects lie below this key already.' }],
  ['ENOTDIR', { code: 'key-conflict', hint: 'A shorter part of this key is an object already.' }],
  ['ENOTEMPTY', { code: 'key-conflict', hint: 'Objects lie below this key already.' }],
  ['ENAMETOOLONG', { code: 'invalid-key', hint: 'The file system takes no name of this length.' }],
  ['ENOTSUP', { code: 'unsupported', hint: 'The file system needs hard links.' }],
  ['ENOSYS', { code: 'unsupported', hint: 'The file system needs hard links.' }],
  ['EXDEV', { code: 'unsupported', hint: 'The folder of a store must lie on one file system.' }],
]);

/**
 * Gives an error of the file system its meaning for a store; errors that aren't one are returned as they are.
 * @param doing - what was tried, as a verb with its object: `write the object`
 */
export function fromSystemError(error: unknown, doing: string, key?: string): unknown {
  const system = systemCode(error);
  if (system === undefined) return error;
  const meaning = meanings.get(system) ?? { code: 'io' as const };
  const what = key === undefined ? doing : `${doing} ${JSON.stringify(key)}`;
  return new StoreError(meaning.code, `Could not ${what}: ${String(error)}`, {
    cause: error,
    ...(key === undefined ? {} : { key }),
    ...(meaning.hint === undefined ? {} : { hint: meaning.hint }),
  });
}
