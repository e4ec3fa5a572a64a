import { mkdtemp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openStore, type Store } from '@wheelwright/store';
import {
  describeIf,
  oracle,
  s3Requirement,
  startFaultProxy,
  startS3Server,
  temporaryFolder,
} from '@wheelwright/testing';
import { publishWheel } from './publish.js';
import { serveIndex, type IndexServer } from './serve.js';
import { makeWheel } from './testing/wheels.js';
import { yankFiles } from './yank.js';

const scratch = await temporaryFolder('serve');
const server = await startS3Server();
await server?.makeBucket('private');
const website = await server?.makeWebsite();
const proxy = server && (await startFaultProxy(server));
const websiteProxy =
  website === undefined ? undefined : await startFaultProxy({ port: Number(new URL(website).port) });

/** Six wheels, of which one fits each Python that is still alive and the newest does not. */
async function publishSix(store: Store): Promise<void> {
  for (const recipe of [
    { version: '1.0', requiresPython: '>=3.8' },
    { version: '1.1', requiresPython: '>=3.8' },
    { version: '2.0', requiresPython: '>=3.99' },
    { version: '2.1', requiresPython: '>=4' },
    { version: '2.2', python: 'cp399', abi: 'cp399', platform: 'linux_x86_64' },
    { version: '2.3', platform: 'manylinux_9_9_x86_64' },
  ]) {
    await publishWheel(store, { path: await makeWheel(recipe), uploaded: new Date(0) });
  }
}

/** Installs with one of the oracles and returns what came. */
async function install(tool: 'pip' | 'uv', index: string, ...more: string[]): Promise<readonly string[]> {
  const target = await mkdtemp(join(scratch, 'site-'));
  const common = ['install', '--target', target, '--index-url', index, ...more, 'demo-ops'];
  const { exitCode, stderr } =
    tool === 'pip'
      ? await oracle('pip', ['--isolated', '--no-cache-dir', '--disable-pip-version-check', ...common])
      : await oracle('uv', ['--no-config', '--no-cache', 'pip', ...common], {
          env: { UV_HTTP_TIMEOUT: '20', UV_PYTHON: 'python3' },
        });
  if (exitCode !== 0) throw new Error(`${tool}: ${stderr}`);
  return (await readdir(target)).filter((name) => name.endsWith('.dist-info'));
}

describeIf([s3Requirement], 'an index in a bucket', () => {
  describe('that only its owner may read, served on loopback', () => {
    let store: Store;
    let index: IndexServer;
    const served: { method: string; path: string; status: number }[] = [];
    beforeAll(async () => {
      store = openStore('s3://private/wheels', { s3: { ...server?.access, endpoint: proxy?.url } });
      await publishSix(store);
      index = await serveIndex(store, { port: 0, onRequest: (line) => served.push(line) });
    });
    afterAll(() => index.close());

    it.each(['pip', 'uv'] as const)(
      'installs the right one of six with %s, and downloads no other',
      async (tool) => {
        served.splice(0);
        proxy?.requests.splice(0);
        expect(await install(tool, index.url)).toEqual(['demo_ops-1.1.dist-info']);
        const asked = served.map(({ path }) => path.replace(/^\/demo-ops\//, ''));
        expect(asked.filter((path) => path.endsWith('.whl'))).toEqual(['demo_ops-1.1-py3-none-any.whl']);
        expect(asked.length).toBeLessThanOrEqual(3);
        const downloads = proxy!.requests.filter(({ url }) => /\.whl(?:\?|$)/.test(url));
        expect(new Set(downloads.map(({ url }) => new URL(url, 'http://x').pathname))).toEqual(
          new Set(['/private/wheels/demo-ops/demo_ops-1.1-py3-none-any.whl']),
        );
      },
    );

    it.each(['pip', 'uv'] as const)('passes over what was yanked with %s', async (tool) => {
      await yankFiles(store, { project: 'demo-ops', what: '1.1', yanked: 'broken' });
      expect(await install(tool, index.url)).toEqual(['demo_ops-1.0.dist-info']);
      await yankFiles(store, { project: 'demo-ops', what: '1.1', yanked: false });
    });

    it('speaks JSON and HTML, as it is asked', async () => {
      const get = async (path: string, accept?: string) => {
        const response = await fetch(new URL(path, index.url), {
          redirect: 'manual',
          ...(accept === undefined ? {} : { headers: { accept } }),
        });
        return {
          status: response.status,
          type: response.headers.get('content-type'),
          to: response.headers.get('location'),
          text: await response.text(),
        };
      };
      const json = 'application/vnd.pypi.simple.v1+json';
      expect(await get('/', json)).toMatchObject({ status: 200, type: json });
      expect(await get('/demo-ops/', `${json};q=0.5, text/html`)).toMatchObject({
        type: expect.stringContaining('text/html'),
      });
      expect(await get('/demo-ops/', `${json}, application/vnd.pypi.simple.v1+html; q=0.1`)).toMatchObject({
        type: json,
      });
      expect((await get('/')).text).toContain('<a href="demo-ops/">');
      expect(await get('/demo-ops')).toMatchObject({ status: 302, to: '/demo-ops/' });
      expect(await get('/Demo_Ops/')).toMatchObject({ status: 302, to: '/demo-ops/' });
      expect(await get('/demo-ops/demo_ops-1.0-py3-none-any.whl.metadata')).toMatchObject({
        status: 200,
        text: expect.stringContaining('Requires-Python: >=3.8'),
      });
      expect(await get('/demo-ops/demo_ops-1.0-py3-none-any.whl')).toMatchObject({
        status: 302,
        to: expect.stringContaining('X-Amz-Signature='),
      });
      for (const path of [
        '/none/',
        '/demo-ops/none.txt',
        '/demo-ops/none.whl.metadata',
        '/demo-ops/a/b',
        '/index.json',
      ]) {
        expect((await get(path)).status).toBeGreaterThanOrEqual(302);
        expect((await get(path)).status).not.toBe(200);
      }
      for (const path of ['/demo-ops/..%2Findex.json', '/%zz', '/demo-ops/..%5Cx.whl']) {
        expect([400, 404]).toContain((await get(path)).status);
      }
      const post = await fetch(index.url, { method: 'POST', body: 'x' });
      expect(post.status).toBe(405);
    });

    it('says that the store is away, and does not end', async () => {
      proxy?.setRule(() => ({ kind: 'status', status: 403, code: 'AccessDenied' }));
      expect((await fetch(index.url)).status).toBe(502);
      proxy?.setRule(undefined);
      expect((await fetch(index.url)).status).toBe(200);
    });
  });

  describe('that is a web site', () => {
    it.each(['pip', 'uv'] as const)(
      'installs the right one of six with %s, and downloads no other',
      async (tool) => {
        const store = openStore('s3://localhost/wheels', { s3: { ...server?.access } });
        await publishSix(store);
        const proxied = new URL(websiteProxy!.url);
        websiteProxy?.requests.splice(0);
        const index = `http://localhost:${proxied.port}/wheels/`;
        expect(await install(tool, index)).toEqual(['demo_ops-1.1.dist-info']);
        const asked = websiteProxy!.requests.map(({ url }) => url);
        const downloads = asked.filter((url) => url.endsWith('.whl'));
        expect(new Set(downloads)).toEqual(new Set(['/wheels/demo-ops/demo_ops-1.1-py3-none-any.whl']));
        expect(asked.filter((url) => url.endsWith('.metadata')).length).toBeLessThanOrEqual(1);
      },
    );

    it('tells the address at which anybody gets a wheel', async () => {
      const store = openStore('s3://localhost/public', { s3: { ...server?.access } });
      const path = await makeWheel({ version: '1.0+cu102' });
      const { url, publicUrl } = await publishWheel(store, { path, uploaded: new Date(0) });
      expect(url).toBe('s3://localhost/public/demo-ops/demo_ops-1.0+cu102-py3-none-any.whl');
      expect(publicUrl).toContain('/localhost/public/demo-ops/demo_ops-1.0%2Bcu102-py3-none-any.whl');
      expect((await fetch(publicUrl!)).status).toBe(200);
    });
  });
});

describe('an index in a folder', () => {
  it('is installed from as it lies there, and through the server', async () => {
    const store = openStore(join(scratch, 'folder'));
    await publishSix(store);
    expect(await install('pip', store.url)).toEqual(['demo_ops-1.1.dist-info']);
    const index = await serveIndex(store, { port: 0 });
    try {
      expect(await install('pip', index.url)).toEqual(['demo_ops-1.1.dist-info']);
    } finally {
      await index.close();
    }
  });
});
