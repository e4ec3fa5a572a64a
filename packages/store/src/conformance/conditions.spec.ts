import { beforeEach, expect, it } from '@jest/globals';
import { temporaryFolder } from '@wheelwright/testing';
import { StoreError } from '../error.js';
import type { Store } from '../store.js';
import { bytesOf, collect, read } from './bodies.js';
import { describeStores } from '../testing/implementations.js';

const scratch = await temporaryFolder('store-conditions');

describeStores('conditions', (makeStore) => {
  let store: Store;
  beforeEach(async () => {
    store = await makeStore(scratch);
  });
  it('creates only what is not there', async () => {
    await store.put('a', bytesOf('first'), { ifNoneMatch: '*' });
    const second = store.put('a', bytesOf('second'), { ifNoneMatch: '*' });
    await expect(second).rejects.toMatchObject({ code: 'precondition-failed', key: 'a' });
    expect((await read(store, 'a')).toString()).toBe('first');
  });

  it('lets exactly one of 16 concurrent writers create an object', async () => {
    const writers = Array.from({ length: 16 }, (_, index) =>
      store.put('deep/er/key', bytesOf(`writer ${index}`), { ifNoneMatch: '*' }),
    );
    const results = await Promise.allSettled(writers);
    const winners = results.flatMap(({ status }, index) => (status === 'fulfilled' ? [index] : []));
    expect(winners).toHaveLength(1);
    expect((await read(store, 'deep/er/key')).toString()).toBe(`writer ${winners[0]!}`);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'precondition-failed' });
    }
  });

  it('creates again what was deleted', async () => {
    await store.put('a/b', bytesOf('one'), { ifNoneMatch: '*' });
    await store.delete('a/b');
    await store.put('a/b', bytesOf('two'), { ifNoneMatch: '*' });
    expect((await read(store, 'a/b')).toString()).toBe('two');
  });

  it('replaces only the version that was named', async () => {
    const { etag } = await store.put('a', bytesOf('one'));
    const next = await store.put('a', bytesOf('two'), { ifMatch: etag });
    await expect(store.put('a', bytesOf('three'), { ifMatch: etag })).rejects.toMatchObject({
      code: 'precondition-failed',
    });
    expect(await store.head('a')).toMatchObject({ etag: next.etag });
  });

  it('replaces nothing where nothing is', async () => {
    const put = store.put('a', bytesOf('x'), { ifMatch: '"0"' });
    await expect(put).rejects.toMatchObject({ code: 'precondition-failed' });
    expect(await store.head('a')).toBeUndefined();
  });

  it('loses no update of 16 that read, change and write conditionally', async () => {
    await store.put('list', bytesOf(''));
    await Promise.all(Array.from({ length: 16 }, (_, index) => append(store, 'list', `${index};`)));
    const entries = (await read(store, 'list')).toString().split(';').slice(0, -1).map(Number);
    expect(entries.sort((one, other) => one - other)).toEqual(
      Array.from({ length: 16 }, (_, index) => index),
    );
  });
});

async function append(store: Store, key: string, text: string): Promise<void> {
  for (;;) {
    const current = await store.get(key).catch(retryable);
    const bytes = current && (await collect(current.body).catch(retryable));
    if (current === undefined || bytes === undefined) continue;
    const next = Buffer.concat([bytes, bytesOf(text)]);
    if (await store.put(key, next, { ifMatch: current.etag }).catch(retryable)) return;
  }
}

function retryable(error: unknown): undefined {
  if (error instanceof StoreError && error.code === 'precondition-failed') return undefined;
  throw error;
}
