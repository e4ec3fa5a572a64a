import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it } from '@jest/globals';
import {
  describeIf,
  type Fault,
  first,
  s3Requirement,
  type SeenRequest,
  startFaultProxy,
  startS3Server,
  temporaryFolder,
} from '@wheelwright/testing';
import { keys, read } from '../conformance/bodies.js';
import { openStore } from '../open-store.js';
import type { Store } from '../store.js';

const MiB = 1024 * 1024;
const file = join(await temporaryFolder('stream'), 'library.so');
const large = randomBytes(11 * MiB + 123);
const sha256 = createHash('sha256').update(large).digest('hex');
const server = await startS3Server();
await server?.makeBucket('objects');
const proxy = server && (await startFaultProxy(server));

const isPut = ({ method, url }: SeenRequest) => method === 'PUT' && !url.includes('partNumber');
const isAnyUpload = ({ method, url }: SeenRequest) => method === 'POST' && url.includes('uploads');

describeIf([s3Requirement], 'a large file on its way to a server on this machine', () => {
  let direct: Store;
  let store: Store;
  beforeEach(async () => {
    const url = `s3://objects/${randomUUID()}`;
    const s3 = { ...server?.access, partSize: 5 * MiB, attempts: 4, stallTimeout: 400 };
    direct = openStore(url, { s3 });
    store = openStore(url, { s3: { ...s3, endpoint: proxy?.url } });
    proxy?.setRule(undefined);
    proxy?.requests.splice(0);
    await writeFile(file, large);
  });

  /** Nothing is there, and nothing half done. */
  async function expectNothing(): Promise<void> {
    expect(await keys(direct, '')).toEqual([]);
    for await (const { name } of direct.sweep('', { before: new Date(Date.now() + 60_000) }))
      throw new Error(`${name} was left`);
  }

  it('goes in one request, whose bytes the server checks, and in parts where that is asked for', async () => {
    const seen: number[] = [];
    const written = await store.put('a', { file }, { onProgress: (bytes) => seen.push(bytes) });
    expect(written).toMatchObject({ size: large.length, sha256 });
    expect(seen.at(-1)).toBe(large.length);
    expect(seen).toEqual(seen.toSorted((one, other) => one - other));
    const [put] = proxy!.requests.filter(isPut);
    expect(put!.headers).toMatchObject({ 'x-amz-trailer': 'x-amz-checksum-crc32' });
    expect(proxy!.requests.some(isAnyUpload)).toBe(false);
    expect((await read(direct, 'a')).equals(large)).toBe(true);

    const inParts = openStore(direct.url, {
      s3: { ...server?.access, endpoint: proxy!.url, partSize: 5 * MiB, concurrency: 2 },
    });
    expect((await inParts.put('b', { file })).sha256).toBe(sha256);
    expect(proxy!.requests.some(isAnyUpload)).toBe(true);
  });

  it.each<[string, Fault]>([
    ['503', { kind: 'status', status: 503, code: 'SlowDown' }],
    ['two conditional writes that met', { kind: 'status', status: 409, code: 'ConditionalRequestConflict' }],
    ['a lost reply', { kind: 'lose-reply' }],
    ['a server that says nothing', { kind: 'stall' }],
    ['a broken connection', { kind: 'cut-request', after: 3 * MiB }],
    ['a flipped bit', { kind: 'corrupt-request', at: 3 * MiB }],
  ])('is created through %s', async (_, fault) => {
    proxy?.setRule(first(1, isPut, fault));
    const written = await store.put('a', { file }, { ifNoneMatch: '*' });
    expect(written.sha256).toBe(sha256);
    expect(await direct.head('a')).toMatchObject({ etag: written.etag, size: large.length });
    expect((await read(direct, 'a')).equals(large)).toBe(true);
    // A write that came through isn't made twice.
    expect(proxy!.requests.filter(isPut)).toHaveLength(fault.kind === 'lose-reply' ? 1 : 2);
  });

  it("isn't there where the server never answers well", async () => {
    proxy?.setRule(first(100, isPut, { kind: 'status', status: 500, code: 'InternalError' }));
    await expect(store.put('a', { file }, { ifNoneMatch: '*' })).rejects.toMatchObject({
      code: 'unavailable',
    });
    await expectNothing();
  });

  it('is refused before its bytes travel where its condition does not hold', async () => {
    const { etag } = await direct.put('a', Buffer.from('first'));
    for (const options of [{ ifNoneMatch: '*' }, { ifMatch: '"another"' }] as const)
      await expect(store.put('a', { file }, options)).rejects.toMatchObject({ code: 'precondition-failed' });
    await expect(store.put('b', { file }, { ifMatch: etag })).rejects.toMatchObject({
      code: 'precondition-failed',
    });
    expect(proxy!.requests.filter(isPut)).toEqual([]);
    expect((await store.put('a', { file }, { ifMatch: etag })).sha256).toBe(sha256);
  });

  it('has one winner when 4 create it at once', async () => {
    const writers = Array.from({ length: 4 }, () => direct.put('a', { file }, { ifNoneMatch: '*' }));
    const results = await Promise.allSettled(writers);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'precondition-failed' });
    }
  });

  it("isn't there when it hasn't the digest that was announced, is aborted, or not confirmed", async () => {
    await expect(store.put('a', { file }, { sha256: '0'.repeat(64) })).rejects.toMatchObject({
      code: 'checksum-mismatch',
    });
    const abort = new AbortController();
    const onProgress = (bytes: number): void => {
      if (bytes > 6 * MiB) abort.abort(new Error('enough'));
    };
    await expect(store.put('a', { file }, { signal: abort.signal, onProgress })).rejects.toThrow('enough');
    let refuse = (): void => undefined;
    const confirmation = new Promise((_, reject) => {
      refuse = () => {
        reject(new Error('not this one'));
      };
    });
    const refused = store.put(
      'a',
      { file },
      {
        confirmation,
        onProgress: (bytes) => {
          if (bytes === large.length) refuse();
        },
      },
    );
    await expect(refused).rejects.toThrow('not this one');
    await expectNothing();
  });

  it('is not stored when the file becomes shorter meanwhile', async () => {
    const onProgress = (bytes: number): void => {
      if (bytes < 5 * MiB) void truncate(file, 6 * MiB);
    };
    await expect(store.put('a', { file }, { onProgress })).rejects.toMatchObject({
      code: 'source-unreadable',
    });
    await expectNothing();
  });
});
