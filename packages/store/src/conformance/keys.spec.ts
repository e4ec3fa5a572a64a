import { beforeEach, expect, it } from '@jest/globals';
import { temporaryFolder } from '@wheelwright/testing';
import type { Store } from '../store.js';
import { bytesOf, keys, read } from './bodies.js';
import { describeStores } from '../testing/implementations.js';

const scratch = await temporaryFolder('store-keys');

describeStores('keys', (makeStore) => {
  let store: Store;
  beforeEach(async () => {
    store = await makeStore(scratch);
  });

  it.each([
    'libmxnet.so',
    '0f/ubuntu16.04/cu102mkl/static/libmxnet.so',
    'with space',
    'plus+and%2Fpercent',
    'quotes\'"&<>',
    '\u00fc\u6f22\u{1F600}',
    '...',
    '-rf',
    '.hidden/..b',
    'x'.repeat(255),
  ])('keeps the key %j', async (key) => {
    await store.put(key, bytesOf(key));
    expect((await read(store, key)).toString()).toBe(key);
    expect(await keys(store, '')).toEqual([key]);
    await store.delete(key);
    expect(await store.head(key)).toBeUndefined();
  });

  const hostile = [
    '',
    '/',
    '/etc/passwd',
    'a/',
    'a//b',
    '.',
    '..',
    '../a',
    'a/../b',
    'a/./b',
    'a/..',
    '..\\a',
    'C:\\a',
    'nul\0',
    'new\nline',
    'del\x7f',
    'lone\uD800',
    'x'.repeat(256),
    'x/'.repeat(512) + 'x',
  ];

  it.each(hostile)('refuses the key %j in every call', async (key) => {
    const refused = { code: 'invalid-key' };
    await expect(store.put(key, bytesOf('x'))).rejects.toMatchObject(refused);
    await expect(store.put(key, bytesOf('x'), { ifNoneMatch: '*' })).rejects.toMatchObject(refused);
    await expect(store.get(key)).rejects.toMatchObject(refused);
    await expect(store.head(key)).rejects.toMatchObject(refused);
    await expect(store.delete(key)).rejects.toMatchObject(refused);
    expect(await keys(store, '')).toEqual([]);
  });

  it.each(['/', '../', 'a/../', 'a//', 'nul\0'])('refuses the prefix %j', async (prefix) => {
    await expect(keys(store, prefix)).rejects.toMatchObject({ code: 'invalid-key' });
  });

  it('gives addresses that escape what a URL must', () => {
    expect(store.url).toMatch(/\/$/);
    expect(store.urlOf('a b/c%2Fd?#')).toBe(`${store.url}a%20b/c%252Fd%3F%23`);
    expect(store.urlOf('a/')).toBe(`${store.url}a/`);
    expect(() => store.urlOf('../a')).toThrow(expect.objectContaining({ code: 'invalid-key' }));
  });
});
