import { link, mkdtemp, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it } from '@jest/globals';
import { temporaryFolder } from '@wheelwright/testing';
import { withKeyLock } from './key-lock.js';

const scratch = await temporaryFolder('key-lock');
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(scratch, 'locks-'));
});

/** Takes the only lock away as if its holder had slept, and puts that of another process in its place. */
async function steal(): Promise<string> {
  const names = await readdir(folder);
  const lock = join(folder, names.find((name) => !name.endsWith('.tmp'))!);
  await rename(lock, join(scratch, 'stolen'));
  await writeFile(join(scratch, 'foreign'), 'key');
  await link(join(scratch, 'foreign'), lock);
  return lock;
}

it('holds one at a time, and gives back what the work returns', async () => {
  let inside = 0;
  const work = async (index: number) => {
    inside += 1;
    expect(inside).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 2));
    inside -= 1;
    return index;
  };
  const all = Array.from({ length: 10 }, (_, index) => withKeyLock(folder, 'key', {}, () => work(index)));
  expect(await Promise.all(all)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(await readdir(folder)).toEqual([]);
});

it('locks other keys separately', async () => {
  const both = withKeyLock(folder, 'one', {}, () =>
    withKeyLock(folder, 'two', {}, () => Promise.resolve('both')),
  );
  expect(await both).toBe('both');
});

it('is given back when the work fails', async () => {
  const failed = withKeyLock(folder, 'key', {}, () => Promise.reject(new Error('no')));
  await expect(failed).rejects.toThrow('no');
  expect(await readdir(folder)).toEqual([]);
});

it('confirms that it is held', async () => {
  await withKeyLock(folder, 'key', {}, (lock) => lock.confirm());
});

it('tells a holder that lost it, and leaves the lock of the new one', async () => {
  let foreign = '';
  const lost = withKeyLock(folder, 'key', {}, async (lock) => {
    foreign = await steal();
    await lock.confirm();
  });
  await expect(lost).rejects.toMatchObject({ code: 'busy', key: 'key' });
  expect((await stat(foreign)).ino).toBe((await stat(join(scratch, 'foreign'))).ino);
});
