import { readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { StoreError } from '../error.js';
import { fromSystemError, systemCode } from './system-error.js';

it.each([
  ['EACCES', 'access-denied'],
  ['EPERM', 'access-denied'],
  ['EROFS', 'access-denied'],
  ['ENOSPC', 'out-of-space'],
  ['EDQUOT', 'out-of-space'],
  ['EISDIR', 'key-conflict'],
  ['EXDEV', 'unsupported'],
  ['EIO', 'io'],
])('%s means %s', (code, meaning) => {
  const cause = Object.assign(new Error(`${code}: as the system says it`), { code });
  const error = fromSystemError(cause, 'write the object', 'a/b');
  expect(error).toBeInstanceOf(StoreError);
  expect(error).toMatchObject({ code: meaning, key: 'a/b', cause });
  expect(String(error)).toContain(`Could not write the object "a/b": Error: ${code}: as the system says it`);
});

it('leaves errors alone that are not of the system', () => {
  const others = [
    new Error('x'),
    new StoreError('busy', 'x'),
    Object.assign(new Error('x'), { code: 'ABORT_ERR' }),
    Object.assign(new Error('x'), { code: 'ERR_INVALID_ARG_TYPE' }),
    undefined,
    'text',
  ];
  for (const other of others) expect(fromSystemError(other, 'do')).toBe(other);
});

it("knows Node's own errors", async () => {
  await expect(readFile('/nowhere/at/all').catch(systemCode)).resolves.toBe('ENOENT');
});
