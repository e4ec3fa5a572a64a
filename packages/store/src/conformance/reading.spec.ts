import { beforeEach, expect, it } from '@jest/globals';
import { temporaryFolder } from '@wheelwright/testing';
import type { ByteRange, Store } from '../store.js';
import { bytesOf, read } from './bodies.js';
import { describeStores } from '../testing/implementations.js';

const scratch = await temporaryFolder('store-reading');

describeStores('reading', (makeStore) => {
  let store: Store;
  beforeEach(async () => {
    store = await makeStore(scratch);
  });
  it('gives back the bytes that were put', async () => {
    const bytes = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => index % 251));
    await store.put('a/b.bin', bytes);
    expect((await read(store, 'a/b.bin')).equals(bytes)).toBe(true);
  });

  it('holds an empty object', async () => {
    await store.put('empty', new Uint8Array());
    expect(await store.head('empty')).toMatchObject({ size: 0 });
    expect(await read(store, 'empty')).toHaveLength(0);
  });

  it('knows size, entity tag and time of an object', async () => {
    const before = Date.now() - 2000;
    const written = await store.put('a', bytesOf('text'));
    const info = await store.head('a');
    expect(info).toMatchObject({ key: 'a', size: 4, etag: written.etag });
    expect(info!.etag).toMatch(/^"[^"]+"$/);
    expect(info!.modified.getTime()).toBeGreaterThan(before);
    expect(await store.get('a')).toMatchObject({ key: 'a', size: 4, etag: written.etag });
  });

  it('knows nothing of an object that is not there', async () => {
    expect(await store.head('a')).toBeUndefined();
    await store.put('a/b', bytesOf('x'));
    expect(await store.head('a')).toBeUndefined();
    expect(await store.head('a/b/c')).toBeUndefined();
  });

  it('says not-found for the bytes of an object that is not there', async () => {
    await expect(store.get('a')).rejects.toMatchObject({ code: 'not-found', key: 'a' });
  });

  it.each<[ByteRange, string]>([
    [{ offset: 0, length: 3 }, '012'],
    [{ offset: 4, length: 2 }, '45'],
    [{ offset: 7 }, '789'],
    [{ offset: 8, length: 100 }, '89'],
  ])('reads the range %j', async (range, expected) => {
    await store.put('digits', bytesOf('0123456789'));
    expect((await read(store, 'digits', { range })).toString()).toBe(expected);
  });

  it.each<[string, ByteRange]>([
    ['at its end', { offset: 4 }],
    ['behind it', { offset: 5, length: 1 }],
    ['before it', { offset: -1 }],
    ['nowhere', { offset: Number.NaN }],
    ['and has no bytes', { offset: 0, length: 0 }],
  ])('refuses a range that begins %s', async (_, range) => {
    await store.put('a', bytesOf('text'));
    await expect(store.get('a', { range })).rejects.toMatchObject({ code: 'invalid-range' });
  });

  it('reads only the version that was asked for', async () => {
    const { etag } = await store.put('a', bytesOf('one'));
    expect((await read(store, 'a', { ifMatch: etag })).toString()).toBe('one');
    await store.put('a', bytesOf('two'));
    await expect(store.get('a', { ifMatch: etag })).rejects.toMatchObject({
      code: 'precondition-failed',
    });
  });

  it('may be asked for an object that nobody reads', async () => {
    await store.put('a', bytesOf('x'));
    await store.get('a');
    await store.delete('a');
  });
});
