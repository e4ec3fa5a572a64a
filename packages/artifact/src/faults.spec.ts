import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { openStore, type Store } from '@wheelwright/store';
import {
  describeIf,
  type Fault,
  first,
  networkFaults,
  s3Requirement,
  type SeenRequest,
  signedRequest,
  startFaultProxy,
  startS3Server,
  temporaryFolder,
} from '@wheelwright/testing';
import { pullArtifact } from './pull.js';
import { pushArtifact } from './push.js';
import { collectGarbage } from './remove.js';
import { readArtifact } from './show.js';
import { identity, pushRequest } from './testing/build.js';

const MiB = 1024 * 1024;
const scratch = await temporaryFolder('artifact-faults');
const server = await startS3Server();
await server?.makeBucket('artifacts');
const proxy = server && (await startFaultProxy(server));
const id = identity();
const library = randomBytes(8 * MiB);
const contents = {
  'libmxnet.so': library,
  'licenses/MKL_LICENSE.txt': 'do as you like',
  'dependencies/libxxx.so': 'x',
};

const named =
  (name: string, method: string) =>
  ({ method: used, url }: SeenRequest) =>
    used === method && decodeURIComponent(url).includes(name);
const isPart = (seen: SeenRequest) => named('libmxnet.so', 'PUT')(seen) && seen.url.includes('partNumber=2');
const isFinish = (seen: SeenRequest) => named('libmxnet.so', 'POST')(seen) && seen.url.includes('uploadId=');

describeIf([s3Requirement], 'artifacts on s3:// over a bad network', () => {
  let direct: Store;
  let store: Store;
  let folder: string;
  beforeEach(async () => {
    const url = `s3://artifacts/${randomUUID()}`;
    const s3 = { ...server?.access, concurrency: 4, partSize: 5 * MiB, attempts: 3, stallTimeout: 300 };
    direct = openStore(url, { s3 });
    store = openStore(url, { s3: { ...s3, endpoint: proxy?.url } });
    proxy?.setRule(undefined);
    folder = join(await mkdtemp(join(scratch, 'pull-')), 'dist');
  });

  const places: [string, (seen: SeenRequest) => boolean][] = [
    ['a part of the library', isPart],
    ['the end of the library', isFinish],
    ['a licence', named('licenses/', 'PUT')],
    ['the meta file', named('libmxnet.meta', 'PUT')],
  ];
  const combinations = networkFaults.flatMap(([name, fault]) =>
    places.map(([place, at]) => [name, place, fault, at] as const),
  );

  it.each(combinations)('is pushed whole through %s at %s', async (_, __, fault, at) => {
    const request = await pushRequest(contents);
    proxy?.setRule(first(1, at, fault));
    expect(await pushArtifact(store, request)).toMatchObject({ status: 'created' });
    expect((await readArtifact(direct, id, { thorough: true })).state).toBe('whole');
  });

  it.each(
    combinations.filter(
      ([name, place]) => name === '500' || (name !== 'a lost reply' && place === 'the meta file'),
    ),
  )('stays invisible while %s at %s does not end, and is completed later', async (_, __, fault, at) => {
    const request = await pushRequest(contents);
    proxy?.setRule(first(1000, at, fault));
    await expect(pushArtifact(store, request)).rejects.toMatchObject({ name: 'StoreError' });
    expect((await readArtifact(direct, id)).state).toBe('absent');
    expect(await pullArtifact(direct, { id, folder })).toMatchObject({ status: 'not-found' });
    proxy?.setRule(undefined);
    await pushArtifact(store, request);
    expect((await readArtifact(direct, id, { thorough: true })).state).toBe('whole');
  });

  it.each<[string, Fault]>([
    ['a broken connection', { kind: 'cut-reply', after: MiB }],
    ['a stalled connection', { kind: 'stall-reply', after: MiB }],
    ['a flipped bit', { kind: 'corrupt-reply', at: MiB / 2 }],
    ['503', { kind: 'status', status: 503, code: 'SlowDown' }],
  ])('is pulled right through %s', async (_, fault) => {
    await pushArtifact(direct, await pushRequest(contents));
    proxy?.setRule(first(1, named('libmxnet.so', 'GET'), fault));
    expect(await pullArtifact(store, { id, folder })).toMatchObject({ status: 'pulled', verified: true });
    expect((await readFile(join(folder, 'libmxnet.so'))).equals(library)).toBe(true);
  });

  it('is not pulled when bits are flipped each time', async () => {
    await pushArtifact(direct, await pushRequest(contents));
    proxy?.setRule(first(1000, named('libmxnet.so', 'GET'), { kind: 'corrupt-reply', at: MiB / 2 }));
    await expect(pullArtifact(store, { id, folder })).rejects.toMatchObject({ code: 'damaged' });
    await expect(readdir(folder)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  describe('a pull whose network went away', () => {
    it('leaves no file under its name, and is resumed by the next from its byte', async () => {
      await pushArtifact(direct, await pushRequest(contents));
      let gone = false;
      proxy?.setRule((seen) => {
        if (gone) return { kind: 'status', status: 503, code: 'SlowDown' };
        if (!named('libmxnet.so', 'GET')(seen) || seen.headers.range?.startsWith('bytes=1048576-') !== true)
          return undefined;
        gone = true;
        return { kind: 'cut-reply', after: 3 * MiB };
      });
      await expect(pullArtifact(store, { id, folder })).rejects.toMatchObject({ code: 'unavailable' });
      expect(await readdir(folder)).toEqual([expect.stringMatching(/^\.wheelwright-pull-/)]);
      proxy?.setRule(undefined);
      proxy?.requests.splice(0);
      expect(await pullArtifact(store, { id, folder })).toMatchObject({ status: 'pulled' });
      expect((await readFile(join(folder, 'libmxnet.so'))).equals(library)).toBe(true);
      const asked = proxy!.requests.filter(named('libmxnet.so', 'GET'));
      expect(Number(/bytes=(\d+)/.exec(asked[0]!.headers.range!)![1])).toBeGreaterThan(3 * MiB);
      expect(asked[0]!.headers['if-match']).toMatch(/^"/);
      expect((await readdir(folder)).sort()).toEqual([
        'dependencies',
        'libmxnet.meta',
        'libmxnet.so',
        'licenses',
      ]);
    });
  });

  it('leaves an unfinished upload when it is killed, which gc takes away', async () => {
    const prefix = `${id.commit}/ubuntu16.04/cu102/static/`;
    const [, bucket, base] = /^s3:\/\/([^/]+)\/(.*)$/.exec(direct.url)!;
    const path = `/${bucket!}/${base!}${prefix}libmxnet.so`;
    await signedRequest(server!.access, { method: 'POST', path, query: 'uploads' });
    await direct.put(`${prefix}licenses/LICENSE`, Buffer.from('of a push that died'));
    const whole = identity({ variant: 'cpu' });
    await pushArtifact(direct, await pushRequest(contents, { id: whole }));
    await direct.put(`${id.commit}/ubuntu16.04/cpu/static/dependencies/stray.so`, Buffer.from('x'));
    await direct.put('notes.txt', Buffer.from('no key of ours'));
    const collect = async (before: Date, dryRun = false): Promise<string[]> => {
      const found: string[] = [];
      for await (const { kind } of collectGarbage(direct, { before, dryRun })) found.push(kind);
      return found;
    };
    const later = new Date(Date.now() + 60_000);
    const everything = ['unfinished-write', 'stray-file', 'unfinished-artifact'];
    expect(await collect(new Date(Date.now() - 60_000))).toEqual([]);
    expect(await collect(later, true)).toEqual(everything);
    expect(await collect(later)).toEqual(everything);
    expect(await collect(later)).toEqual([]);
    expect((await readArtifact(direct, whole, { thorough: true })).state).toBe('whole');
    expect(await direct.head('notes.txt')).toBeDefined();
  });
});
