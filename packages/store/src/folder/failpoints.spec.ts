import * as real from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { dyingFileSystem, temporaryFolder } from '@wheelwright/testing';
import type { Store } from '../store.js';

const disk = dyingFileSystem(real);
jest.unstable_mockModule('node:fs/promises', () => disk.module);
const { openStore } = await import('../open-store.js');
const { keys, read } = await import('../conformance/bodies.js');

const scratch = await temporaryFolder('folder-failpoints');
const [old, next] = ['the old object', 'the new object'];

/** What is done, what lay there before, and what lies there when it's done. */
const acts: [string, boolean, string | undefined, (store: Store) => Promise<unknown>][] = [
  ['a creation', false, next, (store) => store.put('a/b', Buffer.from(next), { ifNoneMatch: '*' })],
  ['a write over nothing', false, next, (store) => store.put('a/b', Buffer.from(next))],
  ['a replacement', true, next, (store) => store.put('a/b', Buffer.from(next))],
  [
    'a conditional replacement',
    true,
    next,
    async (store) => store.put('a/b', Buffer.from(next), { ifMatch: (await store.head('a/b'))?.etag }),
  ],
  ['a deletion', true, undefined, (store) => store.delete('a/b')],
];

async function content(store: Store): Promise<string | undefined> {
  return (await store.head('a/b')) === undefined ? undefined : (await read(store, 'a/b')).toString();
}

/** Every file of the store but its objects. */
async function remains(root: string): Promise<string[]> {
  const folder = join(root, '.wheelwright');
  await real.mkdir(folder, { recursive: true });
  const entries = await real.readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

describe.each(['before', 'after'] as const)('a folder whose process is killed %s its n-th change', (when) => {
  it.each(acts)('%s is done or not, and nothing is left after a sweep', async (_, exists, done, act) => {
    let survived = false;
    let at = 0;
    const seen = new Set<string | undefined>();
    while (!survived) {
      at += 1;
      const root = await real.mkdtemp(join(scratch, 'store-'));
      const store = openStore(root);
      if (exists) await store.put('a/b', Buffer.from(old));
      disk.arm(at, when);
      survived = await act(store).then(
        () => true,
        () => false,
      );
      const calls = disk.disarm();
      // To flush the folder is tried, not required; so is to remove a parent that is empty now.
      if (!survived) expect(calls).toBeGreaterThanOrEqual(at);
      seen.add(await content(store));
      expect([exists ? old : undefined, done]).toContain(await content(store));
      expect(await keys(store, '')).toEqual((await content(store)) === undefined ? [] : ['a/b']);
      const before = new Date(Date.now() + 60_000);
      for await (const unfinished of store.sweep('', { before }))
        expect(unfinished.name).toMatch(/tmp|locks/);
      expect(await remains(root)).toEqual([]);
      await store.put('a/b', Buffer.from('the last one'));
      expect(await content(store)).toBe('the last one');
      survived &&= calls < at;
      expect(at).toBeLessThan(40);
    }
    expect(at).toBeGreaterThan(4);
    expect(seen).toEqual(new Set([exists ? old : undefined, done]));
  });
});

describe.each(['before', 'after'] as const)('a sweep that is killed %s its n-th change', (when) => {
  it('is completed by the next', async () => {
    for (let at = 1; at <= 2; at += 1) {
      const root = await real.mkdtemp(join(scratch, 'store-'));
      const store = openStore(root);
      await store.put('a', Buffer.from(old));
      await real.mkdir(join(root, '.wheelwright/tmp'), { recursive: true });
      for (const name of ['1-one.tmp', '1-two.tmp'])
        await real.writeFile(join(root, '.wheelwright/tmp', name), 'half');
      const sweep = async (): Promise<void> => {
        const before = new Date(Date.now() + 60_000);
        for await (const { name } of store.sweep('', { before })) expect(name).toContain('tmp');
      };
      disk.arm(at, when);
      await expect(sweep()).rejects.toThrow(`failpoint ${at}`);
      disk.disarm();
      await sweep();
      expect(await remains(root)).toEqual([]);
      expect(await keys(store, '')).toEqual(['a']);
    }
  });
});
