import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { describeIf, s3Requirement, startS3Server, temporaryFolder } from '@wheelwright/testing';
import { keys, read, streamOf } from '../conformance/bodies.js';
import { openStore } from '../open-store.js';
import type { Store } from '../store.js';

const MiB = 1024 * 1024;
const scratch = await temporaryFolder('s3-store');
const server = await startS3Server();
await server?.makeBucket('objects');

describeIf([s3Requirement], 'a store on s3://', () => {
  const open = (more: object = {}, bucket = 'objects'): Store =>
    openStore(`s3://${bucket}/${randomUUID()}`, {
      s3: { ...server?.access, partSize: 5 * MiB, attempts: 2, ...more },
    });

  const large = randomBytes(17 * MiB + 123);
  const sha256 = createHash('sha256').update(large).digest('hex');

  it.each([1, 3, 16])(
    'writes a large file in parallel parts, %d at once, and reads it back',
    async (concurrency) => {
      const store = open({ concurrency });
      const file = join(scratch, 'large');
      await writeFile(file, large);
      const seen: number[] = [];
      const written = await store.put('a/large.so', { file }, { onProgress: (bytes) => seen.push(bytes) });
      expect(written).toMatchObject({ size: large.length, sha256 });
      expect(seen.at(-1)).toBe(large.length);
      expect(seen).toEqual(seen.toSorted((one, other) => one - other));
      expect((await store.head('a/large.so'))?.etag).toMatch(/-4"$/);
      expect((await read(store, 'a/large.so')).equals(large)).toBe(true);
      const range = { offset: 6 * MiB - 1, length: 2 * MiB };
      const part = await read(store, 'a/large.so', { range });
      expect(part.equals(large.subarray(6 * MiB - 1, 8 * MiB - 1))).toBe(true);
    },
  );

  it.each([5 * MiB - 1, 5 * MiB, 5 * MiB + 1, 10 * MiB])('writes streams of %d bytes', async (size) => {
    const store = open();
    const text = 'x'.repeat(size);
    const written = await store.put('a', streamOf(text.slice(0, 7), text.slice(7)));
    expect(written).toMatchObject({ size, sha256: createHash('sha256').update(text).digest('hex') });
    expect((await read(store, 'a')).equals(Buffer.from(text))).toBe(true);
  });

  it('creates a large object only where none is, also when 4 do so at once', async () => {
    const store = open();
    const writers = Array.from({ length: 4 }, () => store.put('a', large, { ifNoneMatch: '*' }));
    const results = await Promise.allSettled(writers);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected')
        expect(result.reason).toMatchObject({ code: 'precondition-failed', key: 'a' });
    }
    await expect(store.put('a', large, { ifNoneMatch: '*' })).rejects.toMatchObject({
      code: 'precondition-failed',
    });
    expect(await unfinished(store)).toEqual([]);
  });

  it('replaces a large object only where it is the one that was named', async () => {
    const store = open();
    const { etag } = await store.put('a', Buffer.from('one'));
    const next = await store.put('a', large, { ifMatch: etag });
    await expect(store.put('a', large, { ifMatch: etag })).rejects.toMatchObject({
      code: 'precondition-failed',
    });
    expect(await store.head('a')).toMatchObject({ etag: next.etag, size: large.length });
    expect(await unfinished(store)).toEqual([]);
  });

  it('knows the digest of a large object that was announced', async () => {
    const store = open();
    await store.put('a', large, { sha256 });
    expect(await store.head('a')).toMatchObject({ sha256 });
    await expect(store.put('b', large, { sha256: '0'.repeat(64) })).rejects.toMatchObject({
      code: 'checksum-mismatch',
    });
    expect(await keys(store, '')).toEqual(['a']);
    expect(await unfinished(store)).toEqual([]);
  });

  it.each([undefined, 2])(
    'knows the digest of a large file where that was asked for (concurrency %s)',
    async (concurrency) => {
      const store = open({ concurrency });
      const file = join(scratch, 'large');
      await writeFile(file, large);
      await store.put('a', { file }, { keepDigest: true });
      expect(await store.head('a')).toMatchObject({ sha256, size: large.length });
      await store.put('b', { file });
      expect((await store.head('b'))?.sha256).toBeUndefined();
    },
  );

  it('leaves nothing of a large write that is aborted', async () => {
    const store = open();
    const abort = new AbortController();
    const put = store.put('a', large, {
      signal: abort.signal,
      onProgress: (bytes) => {
        if (bytes > 12 * MiB) abort.abort(new Error('enough'));
      },
    });
    await expect(put).rejects.toThrow('enough');
    expect(await keys(store, '')).toEqual([]);
    expect(await unfinished(store)).toEqual([]);
  });

  it('sweeps the uploads of the killed by their age and prefix', async () => {
    const store = open();
    const { CreateMultipartUploadCommand, S3Client } = await import('@aws-sdk/client-s3');
    const client = new S3Client({ ...server!.access, forcePathStyle: true });
    const base = store.url.replace('s3://objects/', '');
    for (const name of ['a/one', 'b/two'])
      await client.send(new CreateMultipartUploadCommand({ Bucket: 'objects', Key: base + name }));
    const later = new Date(Date.now() + 60_000);
    expect(await unfinished(store, 'a/', new Date(Date.now() - 60_000))).toEqual([]);
    expect(await unfinished(store, 'a/', later)).toEqual(['a/one']);
    const swept: string[] = [];
    for await (const { name } of store.sweep('a/', { before: later })) swept.push(name);
    expect(swept).toEqual(['a/one']);
    expect(await unfinished(store)).toEqual(['b/two']);
  });

  it('links to an object for somebody without credentials, for a while', async () => {
    const store = open();
    await store.put('a b+c', Buffer.from('text'));
    const url = await store.link('a b+c', { seconds: 60 });
    expect(await (await fetch(url!)).text()).toBe('text');
    const plain = new URL(url!);
    plain.search = '';
    expect((await fetch(plain)).status).toBe(403);
    expect(await store.publicUrl('a b+c')).toBeUndefined();
  });

  it('links to a key that somebody without credentials may write, and not read', async () => {
    const store = open();
    const url = await store.link('from/elsewhere', { seconds: 60, write: true });
    expect((await fetch(url!, { method: 'PUT', body: 'any text' })).status).toBe(200);
    const chunks: Uint8Array[] = [];
    for await (const chunk of (await store.get('from/elsewhere')).body) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('any text');
    expect((await fetch(url!)).status).toBe(403);
  });

  it.each([
    ['a bucket that is not there', {}, 'missing-bucket', 'bucket-missing'],
    [
      'an unknown key',
      { credentials: { accessKeyId: 'nobody', secretAccessKey: 'x' } },
      'objects',
      'access-denied',
    ],
    [
      'a wrong secret',
      { credentials: { accessKeyId: 'testkey', secretAccessKey: 'x' } },
      'objects',
      'access-denied',
    ],
    ['no server', { endpoint: 'http://127.0.0.1:9' }, 'objects', 'unavailable'],
  ])('says what is wrong with %s', async (_, options, bucket, code) => {
    const store = open(options, bucket);
    await expect(store.put('a', Buffer.from('x'))).rejects.toMatchObject({ code, hint: expect.any(String) });
    await expect(store.get('a')).rejects.toMatchObject({ code });
    await expect(keys(store, '')).rejects.toMatchObject({ code });
  });

  it('keeps keys that begin another one apart as the server does', async () => {
    const store = open();
    await store.put('a/b', Buffer.from('x'));
    await expect(store.put('a', Buffer.from('x'))).rejects.toMatchObject({ code: 'key-conflict' });
  });
});

/** Uploads that were begun and not finished, by their keys. */
async function unfinished(
  store: Store,
  prefix = '',
  before = new Date(Date.now() + 60_000),
): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of store.sweep(prefix, { before, dryRun: true })) found.push(name);
  return found;
}
