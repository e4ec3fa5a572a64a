import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { beforeEach, expect, it } from '@jest/globals';
import { openStore, StoreError, type Store } from '@wheelwright/store';
import { temporaryFolder } from '@wheelwright/testing';
import { writeWheel } from '@wheelwright/wheel';
import { checkIndex } from './check.js';
import { parseProjectPage, parseRootPage, type ProjectPage } from './page.js';
import { publishWheel, type Published } from './publish.js';
import { rebuildIndex } from './rebuild.js';
import { readObject } from './store-page.js';
import { describeStores } from './testing/stores.js';
import { makeWheel } from './testing/wheels.js';
import { yankFiles } from './yank.js';

const scratch = await temporaryFolder('publish');
const uploaded = new Date('2024-05-06T07:08:09.010Z');

describeStores('an index', (makeStore) => {
  let store: Store;
  beforeEach(async () => {
    store = await makeStore();
  });

  const publish = (path: string): Promise<Published> => publishWheel(store, { path, uploaded });
  const text = async (key: string): Promise<string> =>
    Buffer.from((await readObject(store, key))?.bytes ?? new Uint8Array()).toString();
  const projectPage = async (name: string): Promise<ProjectPage> =>
    parseProjectPage(Buffer.from(await text(`${name}/index.json`)), name);
  const rules = async (): Promise<string[]> => (await checkIndex(store)).map(({ rule }) => rule).sort();

  it('names a wheel with all that an installer asks for', async () => {
    const path = await makeWheel({ version: '1.0+cu102', requiresPython: '>=3.8, <4' });
    const sha256 = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
    const published = await publish(path);
    expect(published).toMatchObject({ status: 'published', project: 'demo-ops', warnings: [] });
    expect(published.publicUrl).toBeUndefined();
    const metadata = await text('demo-ops/demo_ops-1.0+cu102-py3-none-any.whl.metadata');
    expect(metadata).toContain('Requires-Python: >=3.8, <4');
    const metadataSha256 = createHash('sha256').update(metadata).digest('hex');
    expect(JSON.parse(await text('demo-ops/index.json'))).toEqual({
      meta: { 'api-version': '1.1' },
      name: 'demo-ops',
      versions: ['1.0+cu102'],
      files: [
        {
          filename: 'demo_ops-1.0+cu102-py3-none-any.whl',
          url: 'demo_ops-1.0%2Bcu102-py3-none-any.whl',
          hashes: { sha256 },
          'requires-python': '>=3.8, <4',
          'core-metadata': { sha256: metadataSha256 },
          size: (await readFile(path)).length,
          'upload-time': '2024-05-06T07:08:09.010Z',
          yanked: false,
        },
      ],
    });
    expect(await text('demo-ops/index.html')).toContain(
      `<a href="demo_ops-1.0%2Bcu102-py3-none-any.whl#sha256=${sha256}" data-requires-python="&gt;=3.8, &lt;4" data-core-metadata="sha256=${metadataSha256}" data-dist-info-metadata="sha256=${metadataSha256}">demo_ops-1.0+cu102-py3-none-any.whl</a>`,
    );
    expect(await text('index.html')).toContain('<a href="demo-ops/">demo-ops</a>');
    expect(await rules()).toEqual([]);
  });

  it('loses nothing of 16 that publish at once', async () => {
    const paths = await Promise.all(
      Array.from({ length: 16 }, (_, index) =>
        makeWheel(index % 4 === 0 ? { name: `other-${index}` } : { version: `1.${index}` }),
      ),
    );
    await Promise.all(paths.map(publish));
    expect((await projectPage('demo-ops')).files).toHaveLength(12);
    const root = parseRootPage(Buffer.from(await text('index.json')), 'root');
    expect(root.projects.map(({ name }) => name)).toEqual([
      'demo-ops',
      'other-0',
      'other-12',
      'other-4',
      'other-8',
    ]);
    expect(await rules()).toEqual([]);
  });

  it('says unchanged to the same wheel, and refuses another one under its name', async () => {
    const path = await makeWheel();
    await publish(path);
    const before = await text('demo-ops/index.json');
    expect(await publish(path)).toMatchObject({ status: 'unchanged' });
    await expect(publish(await makeWheel({ content: 'x = 1' }))).rejects.toMatchObject({ code: 'conflict' });
    expect(await text('demo-ops/index.json')).toBe(before);
  });

  it('completes what a publisher that died has begun', async () => {
    const path = await makeWheel();
    await store.put(`demo-ops/${basename(path)}`, { file: path });
    expect(await rules()).toEqual(['missing-project', 'unlisted-file']);
    await publish(path);
    expect(await rules()).toEqual([]);
  });

  it('writes nothing over a page that it may not read or cannot understand', async () => {
    await publish(await makeWheel());
    const refusing: Store = Object.assign(Object.create(store) as Store, {
      get: () => Promise.reject(new StoreError('access-denied', 'no (HTTP 403)')),
      head: (...args: Parameters<Store['head']>) => store.head(...args),
      put: (...args: Parameters<Store['put']>) => store.put(...args),
      urlOf: (key: string) => store.urlOf(key),
      publicUrl: () => Promise.resolve(undefined),
    });
    const path = await makeWheel({ version: '2.0' });
    await expect(publishWheel(refusing, { path, uploaded })).rejects.toMatchObject({ code: 'access-denied' });
    expect((await projectPage('demo-ops')).versions).toEqual(['1.0']);
    await store.put('demo-ops/index.json', Buffer.from('{"meta": {}}'));
    await expect(publish(path)).rejects.toMatchObject({ code: 'malformed-page' });
    expect(await text('demo-ops/index.json')).toBe('{"meta": {}}');
  });

  it('refuses what is no wheel, or not the one that it is called', async () => {
    const folder = await mkdtemp(join(scratch, 'bad-'));
    const wheel = await makeWheel();
    const other = join(folder, 'other-1.0-py3-none-any.whl');
    await writeFile(other, await readFile(wheel));
    const cut = join(folder, 'demo_ops-1.0-py3-none-any.whl');
    await writeFile(cut, (await readFile(wheel)).subarray(0, 300));
    const misnamed = join(folder, 'demo_ops.whl');
    await writeFile(misnamed, await readFile(wheel));
    for (const path of [other, cut, misnamed]) {
      await expect(publish(path)).rejects.toMatchObject({ code: 'bad-wheel' });
    }
    const changed = join(folder, 'demo_ops-1.0-py3-none-any.whl');
    const bytes = await readFile(wheel);
    // The name of a member in both headers: then RECORD names another file.
    await writeFile(
      changed,
      Buffer.from(bytes.toString('latin1').replaceAll('demo_ops.py', 'demo_opz.py'), 'latin1'),
    );
    await expect(publish(changed)).rejects.toMatchObject({ code: 'bad-wheel' });
    expect(await rules()).toEqual([]);
    expect(await publishWheel(store, { path: changed, uploaded, verify: false })).toMatchObject({
      status: 'published',
    });
  });

  it('yanks a version or a file, with a reason, and takes it back', async () => {
    const [first, second] = [await makeWheel(), await makeWheel({ platform: 'manylinux_2_17_x86_64' })];
    for (const path of [first, second, await makeWheel({ version: '2.0' })]) await publish(path);
    const request = { project: 'Demo_Ops', what: '1.0', yanked: 'broken & "bad"' };
    expect(await yankFiles(store, request)).toHaveLength(2);
    expect((await projectPage('demo-ops')).files.map(({ yanked }) => yanked)).toEqual([
      request.yanked,
      request.yanked,
      false,
    ]);
    expect(await text('demo-ops/index.html')).toContain('data-yanked="broken &amp; &quot;bad&quot;"');
    await yankFiles(store, { ...request, what: basename(first), yanked: false });
    expect((await projectPage('demo-ops')).files.map(({ yanked }) => yanked === false)).toEqual([
      true,
      false,
      true,
    ]);
    await publish(second);
    expect((await projectPage('demo-ops')).files[1]?.yanked).toBe(request.yanked);
    await expect(yankFiles(store, { ...request, what: '3.0' })).rejects.toMatchObject({ code: 'not-found' });
    await expect(yankFiles(store, { ...request, project: 'none' })).rejects.toMatchObject({
      code: 'not-found',
    });
    expect(await rules()).toEqual([]);
  });

  it('checks: everything that can be wrong is told, and rebuild mends what can be mended', async () => {
    for (const version of ['1', '2', '3', '4'])
      await publish(await makeWheel({ version, requiresPython: '>=3' }));
    await yankFiles(store, { project: 'demo-ops', what: '4', yanked: true });
    const key = (version: string) => `demo-ops/demo_ops-${version}-py3-none-any.whl`;
    await store.delete(key('1'));
    const other = await readFile(await makeWheel({ version: '2', content: '#', requiresPython: '>=3' }));
    await store.put(key('2'), other);
    await store.delete(`${key('3')}.metadata`);
    await store.put('demo-ops/index.html', Buffer.from('old'));
    await store.put('index.html', Buffer.from('old'));
    const path = await makeWheel({ name: 'lonely' });
    await store.put(`lonely/${basename(path)}`, { file: path });
    await store.put('notes/a/b', Buffer.from('x'));
    expect(await rules()).toEqual([
      'foreign-object',
      'missing-file',
      'missing-metadata',
      'missing-project',
      'orphan-metadata',
      'stale-html',
      'stale-html',
      'unlisted-file',
      'wrong-hash',
      'wrong-size',
    ]);
    expect(await rebuildIndex(store)).toMatchObject({
      projects: ['demo-ops', 'lonely'],
      files: 4,
      refused: [],
    });
    expect(await rules()).toEqual(['foreign-object', 'orphan-metadata']);
    const page = await projectPage('demo-ops');
    expect(page.versions).toEqual(['2', '3', '4']);
    expect(page.files.map(({ yanked }) => yanked)).toEqual([false, false, true]);
    expect(page.files[1]?.['upload-time']).toBe(uploaded.toISOString());
    await store.put('demo-ops/index.json', Buffer.from('nonsense'));
    await store.put('index.json', Buffer.from('nonsense'));
    expect(await rules()).toContain('malformed-page');
    await rebuildIndex(store);
    expect(await rules()).toEqual(['foreign-object', 'orphan-metadata']);
  });

  it('names the wheels that cannot be read, and goes on', async () => {
    const path = await makeWheel();
    await publish(path);
    await store.put('demo-ops/demo_ops-9-py3-none-any.whl', Buffer.from('no archive'));
    expect(await rebuildIndex(store)).toMatchObject({
      files: 1,
      refused: [{ key: 'demo-ops/demo_ops-9-py3-none-any.whl' }],
    });
  });
});

it('says what makes a wheel larger than the public index takes', async () => {
  const folder = await mkdtemp(join(scratch, 'large-'));
  await writeFile(join(folder, 'big.so'), randomBytes(101 * 1024 * 1024));
  const { path } = await writeWheel(
    folder,
    {
      distribution: 'big',
      version: '1',
      tags: { python: 'py3', abi: 'none', platform: 'linux_x86_64' },
      metadata: 'Metadata-Version: 2.1\nName: big\nVersion: 1\n',
      files: [{ name: 'big/big.so', content: { path: join(folder, 'big.so') } }],
      rootIsPurelib: false,
      generator: 'wheelwright test',
    },
    { level: 0 },
  );
  const { warnings } = await publishWheel(openStore(join(folder, 'store')), {
    path,
    uploaded,
    verify: false,
  });
  expect(warnings).toEqual([expect.stringMatching(/101\.\d MiB.*100 MiB.*big\/big\.so \(101\.0 MiB\)/)]);
});
