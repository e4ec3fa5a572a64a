import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, expect, it } from '@jest/globals';
import {
  describeIf,
  type Fault,
  first,
  s3Requirement,
  type SeenRequest,
  startFaultProxy,
  startS3Server,
} from '@wheelwright/testing';
import { keys, read } from '../conformance/bodies.js';
import { openStore } from '../open-store.js';
import type { Store } from '../store.js';

const MiB = 1024 * 1024;
const small = Buffer.from('a small object');
const large = randomBytes(11 * MiB);
const server = await startS3Server();
await server?.makeBucket('objects');
const proxy = server && (await startFaultProxy(server));

const isPut = ({ method, url }: SeenRequest) => method === 'PUT' && !url.includes('partNumber');
const isPart = ({ url }: SeenRequest) => url.includes('partNumber=2');
const isBegin = ({ method, url }: SeenRequest) => method === 'POST' && url.includes('uploads');
const isFinish = ({ method, url }: SeenRequest) => method === 'POST' && url.includes('uploadId=');
const isGet = ({ method, url }: SeenRequest) => method === 'GET' && !url.includes('list-type');
/** What brings all but the first MiB of a large object. */
const isRest = (seen: SeenRequest) =>
  isGet(seen) && seen.headers.range?.startsWith('bytes=1048576-') === true;

const slowDown: Fault = { kind: 'status', status: 503, code: 'SlowDown' };
const internal: Fault = { kind: 'status', status: 500, code: 'InternalError' };
const conflict: Fault = { kind: 'status', status: 409, code: 'ConditionalRequestConflict' };

describeIf([s3Requirement], 'a store on s3:// over a bad network', () => {
  let direct: Store;
  let store: Store;
  beforeEach(() => {
    const url = `s3://objects/${randomUUID()}`;
    const s3 = { ...server?.access, concurrency: 4, partSize: 5 * MiB, attempts: 5, stallTimeout: 400 };
    direct = openStore(url, { s3 });
    store = openStore(url, { s3: { ...s3, endpoint: proxy?.url } });
    proxy?.setRule(undefined);
    proxy?.requests.splice(0);
  });

  const passing: [string, Fault][] = [
    ['503', slowDown],
    ['500', internal],
    ["two conditional writes that met (409, which isn't 412)", conflict],
    ['a lost reply', { kind: 'lose-reply' }],
    ['a server that says nothing', { kind: 'stall' }],
    ['a broken connection', { kind: 'cut-request', after: 5 }],
    ['a flipped bit', { kind: 'corrupt-request', at: 3 }],
  ];

  it.each(passing)('creates a small object through %s', async (_, fault) => {
    proxy?.setRule(first(2, isPut, fault));
    const written = await store.put('a', small, { ifNoneMatch: '*' });
    expect(await direct.head('a')).toMatchObject({ etag: written.etag, sha256: written.sha256 });
    expect((await read(direct, 'a')).equals(small)).toBe(true);
    expect(proxy!.requests.filter(isPut).length).toBeGreaterThan(1);
  });

  it.each(passing)('replaces the named version of a small object through %s', async (_, fault) => {
    const { etag } = await direct.put('a', Buffer.from('before'));
    proxy?.setRule(first(1, isPut, fault));
    await store.put('a', small, { ifMatch: etag });
    expect((await read(direct, 'a')).equals(small)).toBe(true);
  });

  it.each<[string, string, (seen: SeenRequest) => boolean, Fault]>([
    ['503', 'beginning', isBegin, slowDown],
    ['503', 'a part', isPart, slowDown],
    ['500', 'the end', isFinish, internal],
    ['a lost reply', 'beginning', isBegin, { kind: 'lose-reply' }],
    ['a lost reply', 'a part', isPart, { kind: 'lose-reply' }],
    ['a lost reply', 'the end', isFinish, { kind: 'lose-reply' }],
    ['a conflict', 'the end', isFinish, conflict],
    ['a silent server', 'a part', isPart, { kind: 'stall' }],
    ['a silent server', 'the end', isFinish, { kind: 'stall' }],
    ['a broken connection', 'a part', isPart, { kind: 'cut-request', after: 3 * MiB }],
    ['a flipped bit', 'a part', isPart, { kind: 'corrupt-request', at: 3 * MiB }],
  ])('creates a large object through %s at %s', async (_, __, at, fault) => {
    proxy?.setRule(first(1, at, fault));
    const written = await store.put('a', large, { ifNoneMatch: '*' });
    expect(await direct.head('a')).toMatchObject({ etag: written.etag, size: large.length });
    expect((await read(direct, 'a')).equals(large)).toBe(true);
  });

  it('does not take the object of another for its own when a reply is lost', async () => {
    let lost = 0;
    proxy?.setRule((seen) => {
      if (!isPut(seen)) return undefined;
      lost += 1;
      return lost === 1 ? { kind: 'cut-request', after: 2 } : undefined;
    });
    await direct.put('a', small);
    await expect(store.put('a', small, { ifNoneMatch: '*' })).rejects.toMatchObject({
      code: 'precondition-failed',
    });
  });

  it.each<[string, (seen: SeenRequest) => boolean]>([
    ['small', isPut],
    ['large', isFinish],
  ])('leaves no %s object where the server never answers well', async (size, at) => {
    proxy?.setRule(first(100, at, internal));
    const put = store.put('a', size === 'small' ? small : large, { ifNoneMatch: '*' });
    await expect(put).rejects.toMatchObject({ code: 'unavailable' });
    expect(await keys(direct, '')).toEqual([]);
    const left = [];
    for await (const { name } of direct.sweep('', { before: new Date(Date.now() + 60_000) })) left.push(name);
    expect(left).toEqual([]);
  });

  it.each<[string, (seen: SeenRequest) => boolean, Fault]>([
    ['503', isGet, slowDown],
    ['a silent server', isGet, { kind: 'stall' }],
    ['a connection that breaks at once', isGet, { kind: 'cut-reply', after: 1000 }],
    ['a connection that breaks later', isRest, { kind: 'cut-reply', after: 3 * MiB }],
    ['a connection that stalls', isRest, { kind: 'stall-reply', after: 3 * MiB }],
  ])('reads a large object through %s', async (_, at, fault) => {
    await direct.put('a', large);
    proxy?.setRule(first(2, at, fault));
    expect((await read(store, 'a')).equals(large)).toBe(true);
  });

  it('goes on where the connection broke, and only with the same version', async () => {
    await direct.put('a', large);
    proxy?.setRule(first(1, isRest, { kind: 'cut-reply', after: 3 * MiB }));
    await read(store, 'a');
    const last = proxy!.requests.at(-1)!;
    expect(Number(/bytes=(\d+)-/.exec(last.headers.range!)?.[1])).toBeGreaterThan(3 * MiB);
    expect(last.headers['if-match']).toBe((await direct.head('a'))?.etag);
    proxy?.setRule((seen) => {
      if (!isRest(seen)) return undefined;
      return { kind: 'cut-reply', after: 3 * MiB };
    });
    const { body } = await store.get('a');
    const reading = (async () => {
      for await (const chunk of body) if (chunk.byteLength === MiB) await direct.put('a', large.subarray(1));
    })();
    await expect(reading).rejects.toMatchObject({ code: 'precondition-failed' });
  });

  it('reads a small object again when a bit of it was flipped', async () => {
    await direct.put('a', small);
    proxy?.setRule(first(1, isGet, { kind: 'corrupt-reply', at: 3 }));
    expect((await read(store, 'a')).equals(small)).toBe(true);
    proxy?.setRule(first(100, isGet, { kind: 'corrupt-reply', at: 3 }));
    await expect(store.get('a')).rejects.toMatchObject({ code: 'checksum-mismatch' });
  });

  it('stops at once when told to, whatever the server does', async () => {
    await direct.put('a', large);
    proxy?.setRule(first(100, () => true, { kind: 'stall' }));
    for (const call of [
      (signal: AbortSignal) => store.get('a', { signal }),
      (signal: AbortSignal) => store.head('a', { signal }),
      (signal: AbortSignal) => store.put('b', small, { signal }),
      (signal: AbortSignal) => store.delete('a', { signal }),
    ]) {
      const abort = new AbortController();
      const called = call(abort.signal);
      setTimeout(() => {
        abort.abort(new Error('enough'));
      }, 50);
      await expect(called).rejects.toThrow('enough');
    }
  });

  it('waits for a server that is away for a while, with many calls at once', async () => {
    await server!.stop();
    const patient = openStore(direct.url, { s3: { ...server!.access } });
    const puts = Array.from({ length: 8 }, (_, index) => patient.put(`key ${index}`, small));
    await delay(1500);
    await server!.start();
    expect((await Promise.allSettled(puts)).every(({ status }) => status === 'fulfilled')).toBe(true);
    expect(await keys(direct, '')).toHaveLength(8);
  });
});
