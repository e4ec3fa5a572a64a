import { beforeEach, expect, it } from '@jest/globals';
import { temporaryFolder } from '@wheelwright/testing';
import type { ListedObject, Store } from '../store.js';
import { bytesOf, keys, read, stalled } from './bodies.js';
import { describeStores } from '../testing/implementations.js';

const scratch = await temporaryFolder('store-listing');

describeStores('listing', (makeStore) => {
  let store: Store;
  beforeEach(async () => {
    store = await makeStore(scratch);
  });

  it('lists nothing where nothing is', async () => {
    expect(await keys(store, '')).toEqual([]);
    expect(await keys(store, 'a/b/')).toEqual([]);
  });

  it('lists every object with its size and time', async () => {
    await store.put('x/one', bytesOf('1'));
    await store.put('two', bytesOf('22'));
    const listed: ListedObject[] = [];
    for await (const object of store.list('')) listed.push(object);
    expect(listed).toMatchObject([
      { key: 'two', size: 2 },
      { key: 'x/one', size: 1 },
    ]);
    expect(listed.every(({ modified }) => modified.getTime() > 0)).toBe(true);
  });

  it.each([
    ['', ['a-b', 'a.b', 'a/b/c', 'a/b/d', 'a/bc', 'ab']],
    ['a/', ['a/b/c', 'a/b/d', 'a/bc']],
    ['a/b', ['a/b/c', 'a/b/d', 'a/bc']],
    ['a/b/', ['a/b/c', 'a/b/d']],
    ['a/b/c', ['a/b/c']],
    ['a/b/c/', []],
    ['a', ['a-b', 'a.b', 'a/b/c', 'a/b/d', 'a/bc', 'ab']],
    ['b', []],
  ])('lists the keys that begin with %j, in the order of their bytes', async (prefix, expected) => {
    for (const key of ['ab', 'a/bc', 'a/b/d', 'a/b/c', 'a.b', 'a-b']) await store.put(key, bytesOf(key));
    expect(await keys(store, prefix)).toEqual(expected);
  });

  it('sorts by UTF-8, not by UTF-16', async () => {
    for (const key of ['\u{1F600}', '\uFF5E', 'z']) await store.put(key, bytesOf('x'));
    expect(await keys(store, '')).toEqual(['z', '\uFF5E', '\u{1F600}']);
  });

  it('lists more than a thousand objects', async () => {
    const names = Array.from({ length: 1100 }, (_, index) => `many/${String(index).padStart(5, '0')}`);
    for (let at = 0; at < names.length; at += 50) {
      await Promise.all(names.slice(at, at + 50).map((name) => store.put(name, bytesOf('x'))));
    }
    expect(await keys(store, 'many/')).toEqual(names);
  }, 120_000);

  it('shows no write before it is whole', async () => {
    const abort = new AbortController();
    const begun = new Promise<void>((resolve) => {
      const options = {
        signal: abort.signal,
        onProgress: () => {
          resolve();
        },
      };
      store.put('a/b', stalled(bytesOf('half')), options).catch(() => undefined);
    });
    await begun;
    expect(await keys(store, '')).toEqual([]);
    expect(await store.head('a/b')).toBeUndefined();
    abort.abort();
  });

  it('can be left early and aborted', async () => {
    for (const key of ['a', 'b', 'c']) await store.put(key, bytesOf('x'));
    for await (const { key } of store.list('')) {
      expect(key).toBe('a');
      break;
    }
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(store.list('', { signal })[Symbol.asyncIterator]().next()).rejects.toThrow('enough');
  });

  it('deletes an object, and only that one', async () => {
    await store.put('a/b', bytesOf('x'));
    await store.put('a/bc', bytesOf('x'));
    await store.delete('a/b');
    expect(await keys(store, '')).toEqual(['a/bc']);
    expect(await store.head('a/b')).toBeUndefined();
  });

  it('deletes what is not there without complaint', async () => {
    await store.delete('a');
    await store.delete('a/b/c');
  });

  it('deletes only the version that was named', async () => {
    const { etag } = await store.put('a', bytesOf('one'));
    const next = await store.put('a', bytesOf('two'));
    await expect(store.delete('a', { ifMatch: etag })).rejects.toMatchObject({ code: 'precondition-failed' });
    await store.delete('a', { ifMatch: next.etag });
    await expect(store.delete('a', { ifMatch: next.etag })).rejects.toMatchObject({
      code: 'precondition-failed',
    });
  });

  it('lets the name of a deleted folder be a key', async () => {
    await store.put('a/b/c', bytesOf('x'));
    await store.delete('a/b/c');
    await store.put('a', bytesOf('now an object'));
    expect((await read(store, 'a')).toString()).toBe('now an object');
  });
});
