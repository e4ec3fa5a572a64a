import { setTimeout as delay } from 'node:timers/promises';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it } from '@jest/globals';
import { temporaryFolder } from '@wheelwright/testing';
import type { Store } from '../store.js';
import { broken, bytesOf, keys, read, stalled, streamOf } from './bodies.js';
import { describeStores } from '../testing/implementations.js';

const scratch = await temporaryFolder('store-writing');

describeStores('writing', (makeStore) => {
  let store: Store;
  beforeEach(async () => {
    store = await makeStore(scratch);
  });
  it('returns size and sha256 of what was written', async () => {
    const sha256 = createHash('sha256').update('text').digest('hex');
    expect(await store.put('a', bytesOf('text'))).toMatchObject({ key: 'a', size: 4, sha256 });
  });

  it('takes a stream', async () => {
    const result = await store.put('a', streamOf('one ', 'and ', 'two'));
    expect(result.size).toBe(11);
    expect((await read(store, 'a')).toString()).toBe('one and two');
  });

  it('takes a file, and tells of its progress', async () => {
    const file = join(scratch, 'source.bin');
    await writeFile(file, Buffer.alloc(2_500_000, 7));
    const seen: number[] = [];
    await store.put('a', { file }, { onProgress: (bytes) => seen.push(bytes) });
    expect((await read(store, 'a')).equals(Buffer.alloc(2_500_000, 7))).toBe(true);
    expect(seen.at(-1)).toBe(2_500_000);
    expect(seen).toEqual([...seen].sort((one, other) => one - other));
  });

  it('replaces an object, and its entity tag', async () => {
    const first = await store.put('a', bytesOf('first and longer'));
    const second = await store.put('a', bytesOf('second'));
    expect(second.etag).not.toBe(first.etag);
    expect((await read(store, 'a')).toString()).toBe('second');
  });

  it('refuses bytes that are not the announced ones, and stores none', async () => {
    const put = store.put('a', bytesOf('text'), { sha256: '0'.repeat(64) });
    await expect(put).rejects.toMatchObject({ code: 'checksum-mismatch' });
    expect(await store.head('a')).toBeUndefined();
  });

  it('stores nothing of a stream that breaks, and passes its error on', async () => {
    await expect(store.put('a', broken('pieces'))).rejects.toThrow('the stream broke');
    expect(await keys(store, '')).toEqual([]);
  });

  it('says so when the file to be stored is not there or is none', async () => {
    const folder = scratch;
    for (const file of [join(folder, 'missing'), folder]) {
      await expect(store.put('a', { file })).rejects.toMatchObject({ code: 'source-unreadable' });
    }
    expect(await store.head('a')).toBeUndefined();
  });

  it('leaves the old object when a new one is aborted, and throws the reason', async () => {
    await store.put('a', bytesOf('old'));
    const abort = new AbortController();
    const reason = new Error('enough');
    const put = store.put('a', stalled(bytesOf('new')), {
      signal: abort.signal,
      onProgress: () => {
        setImmediate(() => {
          abort.abort(reason);
        });
      },
    });
    await expect(put).rejects.toBe(reason);
    expect((await read(store, 'a')).toString()).toBe('old');
  });

  it('shows an object when it is confirmed, and nothing where it is refused', async () => {
    let confirm = (): void => undefined;
    const confirmation = new Promise<void>((resolve) => (confirm = resolve));
    const put = store.put('a', bytesOf('x'), { confirmation });
    await delay(50);
    expect(await store.head('a')).toBeUndefined();
    confirm();
    await put;
    expect((await read(store, 'a')).toString()).toBe('x');
    const refusal = new Error('not this one');
    for (const body of [bytesOf('y'), stalled(bytesOf('y'))]) {
      const refused = store.put('a', body, { confirmation: delay(20).then(() => Promise.reject(refusal)) });
      await expect(refused).rejects.toBe(refusal);
    }
    expect((await read(store, 'a')).toString()).toBe('x');
  });

  it('does nothing on a signal that was aborted before', async () => {
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(store.put('a', bytesOf('x'), { signal })).rejects.toThrow('too late');
    await expect(store.get('a', { signal })).rejects.toThrow('too late');
    await expect(store.head('a', { signal })).rejects.toThrow('too late');
    await expect(store.delete('a', { signal })).rejects.toThrow('too late');
    expect(await store.head('a')).toBeUndefined();
  });
});
