import { existsSync } from 'node:fs';
import { readdir, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, jest } from '@jest/globals';
import { temporaryFolder } from '@wheelwright/testing';
import { execa } from 'execa';
import { withLock } from './lock.js';

const folder = await temporaryFolder('lock');
const path = join(folder, 'a.lock');

it('lets one in at a time, tells who waits, and leaves nothing behind', async () => {
  let inside = 0;
  let most = 0;
  const onWait = jest.fn();
  const body = async (): Promise<void> => {
    most = Math.max(most, ++inside);
    await sleep(30);
    inside -= 1;
  };
  await Promise.all([1, 2, 3].map(() => withLock(path, body, { onWait })));
  expect(most).toBe(1);
  expect(onWait).toHaveBeenCalledTimes(2);
  expect(await readdir(folder)).toEqual([]);
});

it('is let go of when the body fails', async () => {
  await expect(withLock(path, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(existsSync(path)).toBe(false);
});

it('takes over the lock of a process that is dead', async () => {
  const child = execa('true');
  await child;
  await writeFile(path, JSON.stringify({ host: hostname(), pid: child.pid, token: 'dead' }));
  const onWait = jest.fn();
  expect(await withLock(path, () => Promise.resolve('mine'), { onWait })).toBe('mine');
  expect(onWait).not.toHaveBeenCalled();
});

it('takes over a lock of another host once it has not been touched for long', async () => {
  await writeFile(path, JSON.stringify({ host: 'elsewhere', pid: 1, token: 'x' }));
  const signal = AbortSignal.timeout(400);
  await expect(withLock(path, () => Promise.resolve('mine'), { signal })).rejects.toMatchObject({
    name: 'AbortError',
  });
  const long = new Date(Date.now() - 120_000);
  await utimes(path, long, long);
  expect(await withLock(path, () => Promise.resolve('mine'))).toBe('mine');
});
