import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { openStore, type Store } from '@wheelwright/store';
import { temporaryFolder } from '@wheelwright/testing';
import type { ArtifactId } from './identity.js';
import type { LocalFile } from './plan.js';
import type { TransferProgress } from './progress.js';
import { pushArtifact, type PushRequest } from './push.js';
import { readArtifact } from './show.js';

const scratch = await temporaryFolder('push');
const id: ArtifactId = {
  commit: 'c'.repeat(40),
  os: 'debian12',
  variant: 'cpu',
  linking: 'static',
  branch: null,
  python: null,
};
const prefix = `${id.commit}/debian12/cpu/static/`;

let build: string;
let root: string;
let store: Store;

beforeEach(async () => {
  build = await mkdtemp(join(scratch, 'build-'));
  root = await mkdtemp(join(scratch, 'store-'));
  store = openStore(root);
  await local('libops.so', 'the library');
  await chmod(join(build, 'libops.so'), 0o751);
  await local('LICENSE', 'do as you like');
  await local('lib/libz.so.1', 'zlib');
});

async function local(name: string, content: string): Promise<string> {
  const path = join(build, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, content);
  return path;
}

function request(more: Partial<PushRequest> = {}): PushRequest {
  const files: LocalFile[] = [
    { path: join(build, 'LICENSE'), name: 'LICENSE', role: 'license' },
    { path: join(build, 'lib/libz.so.1'), name: 'lib/libz.so.1', role: 'dependency' },
  ];
  const library = { path: join(build, 'libops.so'), name: 'libops.so' };
  return { id, library, files, tool: 'test 1', created: new Date(0), ...more };
}

async function keys(): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of store.list('')) found.push(key.replace(prefix, ''));
  return found;
}

describe('pushArtifact', () => {
  it('stores library, licences and dependencies under keys that say what they are', async () => {
    const { status, artifact } = await pushArtifact(store, request());
    expect(status).toBe('created');
    const sha = (content: string) => createHash('sha256').update(content).digest('hex');
    const meta = await readFile(join(root, prefix, 'libops.meta'), 'utf8');
    expect(artifact).toEqual({
      id,
      prefix,
      url: store.urlOf(prefix),
      files: [
        ['libops.so', 'library', 'the library'],
        ['dependencies/lib/libz.so.1', 'dependency', 'zlib'],
        ['licenses/LICENSE', 'license', 'do as you like'],
        ['libops.meta', 'meta', meta],
      ].map(([name = '', role, content = '']) => ({
        name,
        role,
        size: content.length,
        sha256: sha(content),
        key: prefix + name,
      })),
    });
    expect(await readFile(join(root, prefix, 'licenses/LICENSE'), 'utf8')).toBe('do as you like');
    expect(meta).toContain('file.libops.so.mode=755\n');
    expect(meta).toContain('file.licenses/LICENSE.mode=644\n');
    expect(await readArtifact(store, id)).toMatchObject({ state: 'whole', artifact });
  });

  it('keeps the name of a layout, a branch and a Python', async () => {
    const own = { ...id, branch: 'feature/x', python: 'cp311' };
    const { artifact } = await pushArtifact(store, request({ id: own }));
    expect(artifact.prefix).toBe(`feature%2Fx/${prefix}cp311/`);
    expect(await readArtifact(store, own)).toMatchObject({ state: 'whole', meta: { id: own } });
    await pushArtifact(store, request({ layout: 'mxnet' }));
    expect(await readArtifact(store, id, { layout: 'mxnet' })).toMatchObject({
      state: 'whole',
      artifact: { prefix: `${id.commit}/static/debian12/cpu/` },
    });
    expect(await readArtifact(store, id)).toEqual({ state: 'absent', prefix });
  });

  it('files a library for one Python below the one for all without mixing them up', async () => {
    const python = { ...id, python: 'cp311' };
    await pushArtifact(store, request({ id: python }));
    await pushArtifact(store, request());
    await local('libops.so', 'another build');
    await pushArtifact(store, request({ replace: true }));
    expect(await readArtifact(store, python)).toMatchObject({ state: 'whole' });
    expect(await readArtifact(store, id)).toMatchObject({ state: 'whole' });
  });

  it('says unchanged to the same bytes, whenever and by whomever', async () => {
    const first = await pushArtifact(store, request());
    const again = await pushArtifact(store, request({ tool: 'test 2', created: new Date() }));
    expect(again).toEqual({ status: 'unchanged', artifact: first.artifact });
    expect(await pushArtifact(store, request({ replace: true }))).toMatchObject({ status: 'unchanged' });
  });

  it.each([
    ['the library', () => local('libops.so', 'another')],
    ['a licence', () => local('LICENSE', 'all rights reserved')],
  ])('refuses other bytes of %s, and leaves what is there', async (_, change) => {
    const { artifact } = await pushArtifact(store, request());
    await change();
    await expect(pushArtifact(store, request())).rejects.toMatchObject({
      code: 'conflict',
      hint: expect.stringContaining('--replace'),
    });
    expect(await readArtifact(store, id)).toMatchObject({ state: 'whole', artifact });
  });

  it('refuses a file more, a file less and another library under the same identity', async () => {
    await pushArtifact(store, request());
    const before = await keys();
    const [license] = request().files;
    const extra = { path: join(build, 'LICENSE'), name: 'MORE', role: 'license' } as const;
    const other = { path: join(build, 'libops.so'), name: 'libother.so' };
    for (const change of [
      { files: [license!] },
      { files: [...request().files, extra] },
      { library: other },
    ]) {
      await expect(pushArtifact(store, request(change))).rejects.toMatchObject({ code: 'conflict' });
    }
    expect(await keys()).toEqual(before);
  });

  it('replaces the whole of another artifact when it is told to', async () => {
    await pushArtifact(store, request());
    await store.put(`${prefix}licenses/ORPHAN`, Buffer.from('left by a push that died'));
    await local('libnew.so', 'new');
    const library = { path: join(build, 'libnew.so'), name: 'libnew.so' };
    const result = await pushArtifact(store, request({ library, files: [], replace: true }));
    expect(result.status).toBe('replaced');
    expect(await keys()).toEqual(['libnew.meta', 'libnew.so']);
    expect(await readArtifact(store, id)).toMatchObject({ state: 'whole', artifact: result.artifact });
  });

  it('replaces a meta file that nobody can read, and only then', async () => {
    await pushArtifact(store, request());
    await store.put(`${prefix}libops.meta`, Buffer.from('rubbish'));
    await expect(pushArtifact(store, request())).rejects.toMatchObject({ code: 'malformed-meta' });
    expect(await pushArtifact(store, request({ replace: true }))).toMatchObject({ status: 'replaced' });
    expect(await readArtifact(store, id)).toMatchObject({ state: 'whole' });
  });

  it('mends an artifact that lost a file', async () => {
    await pushArtifact(store, request());
    await store.delete(`${prefix}licenses/LICENSE`);
    expect(await pushArtifact(store, request())).toMatchObject({ status: 'resumed' });
    expect(await readArtifact(store, id)).toMatchObject({ state: 'whole' });
  });

  it('writes nothing when a name collides or a file is missing', async () => {
    const path = join(build, 'LICENSE');
    const license = { path, name: 'LICENSE', role: 'license' } as const;
    const dependency = { path, name: 'a', role: 'dependency' } as const;
    const cases: [Partial<PushRequest>, string][] = [
      [{ files: [license, { ...license, path: join(build, 'other/LICENSE') }] }, 'name-collision'],
      [{ files: [dependency, { ...dependency, name: 'a/b' }] }, 'name-collision'],
      [{ library: { path, name: 'licenses' }, files: [license] }, 'name-collision'],
      [{ library: { path, name: 'x.meta' } }, 'invalid-name'],
      [{ files: [{ ...dependency, name: '../x' }] }, 'invalid-name'],
      [{ files: [{ ...license, path: join(build, 'missing') }] }, 'unreadable-file'],
      [{ files: [{ ...license, path: build }] }, 'unreadable-file'],
      [{ id: { ...id, os: '..' } }, 'invalid-word'],
    ];
    for (const [change, code] of cases) {
      await expect(pushArtifact(store, request(change))).rejects.toMatchObject({ code });
    }
    expect(await keys()).toEqual([]);
  });

  it('names both files of a collision', async () => {
    const files = ['a/LICENSE', 'b/LICENSE'].map(
      (path) => ({ path, name: 'LICENSE', role: 'license' }) as const,
    );
    await expect(pushArtifact(store, request({ files }))).rejects.toThrow(
      'a/LICENSE and b/LICENSE would both be stored as licenses/LICENSE.',
    );
  });

  it('tells of its progress up to the end', async () => {
    const seen: TransferProgress[] = [];
    await pushArtifact(store, request({ onProgress: (progress) => seen.push(progress) }));
    expect(seen.at(-1)).toEqual({ done: 29, total: 29, file: 'licenses/LICENSE' });
    expect(seen.map(({ done }) => done)).toEqual([...seen.map(({ done }) => done)].sort((a, b) => a - b));
  });

  it('stops when told to, and leaves no artifact', async () => {
    const abort = new AbortController();
    const push = pushArtifact(
      store,
      request({
        signal: abort.signal,
        onProgress: () => {
          abort.abort(new Error('enough'));
        },
      }),
    );
    await expect(push).rejects.toThrow('enough');
    expect(await readArtifact(store, id)).toEqual({ state: 'absent', prefix });
  });

  it('stores a thousand dependencies', async () => {
    const path = join(build, 'LICENSE');
    const files = Array.from(
      { length: 1000 },
      (_, at) => ({ path, name: `ü ${at}+.so`, role: 'dependency' }) as const,
    );
    const { artifact } = await pushArtifact(store, request({ files }));
    expect(artifact.files).toHaveLength(1002);
    expect(await readArtifact(store, id)).toMatchObject({ state: 'whole' });
  }, 120_000);
});

describe('readArtifact', () => {
  it('sees nothing without the meta file', async () => {
    await pushArtifact(store, request());
    await rm(join(root, prefix, 'libops.meta'));
    expect(await readArtifact(store, id)).toEqual({ state: 'absent', prefix });
  });

  it('names every file that is not what the meta file says', async () => {
    await pushArtifact(store, request());
    await store.put(`${prefix}libops.so`, Buffer.from('the lybrary'));
    await store.delete(`${prefix}licenses/LICENSE`);
    const reading = await readArtifact(store, id);
    expect(reading).toMatchObject({
      state: 'damaged',
      problems: [
        expect.stringMatching(/^libops\.so has the sha256 [0-9a-f]{64}; expected was/),
        'licenses/LICENSE is missing',
      ],
    });
  });

  it('sees through a meta file of another artifact', async () => {
    await pushArtifact(store, request());
    await pushArtifact(store, request({ id: { ...id, variant: 'native' } }));
    const foreign = await readFile(join(root, prefix.replace('/cpu/', '/native/'), 'libops.meta'));
    await store.put(`${prefix}libops.meta`, foreign);
    expect(await readArtifact(store, id)).toMatchObject({
      state: 'damaged',
      problems: ['libops.meta is of another artifact'],
    });
    await store.delete(`${prefix}libops.meta`);
    await store.put(`${prefix}other.meta`, foreign);
    expect(await readArtifact(store, id)).toMatchObject({
      problems: expect.arrayContaining(['other.meta is the meta file of libops.so']),
    });
  });

  it('refuses two meta files, and one that is too large', async () => {
    await pushArtifact(store, request());
    await store.put(`${prefix}x.meta`, Buffer.from('x'));
    await expect(readArtifact(store, id)).rejects.toMatchObject({ code: 'ambiguous' });
    await store.delete(`${prefix}x.meta`);
    await store.put(`${prefix}libops.meta`, Buffer.alloc(10 * 1024 * 1024 + 1));
    await expect(readArtifact(store, id)).rejects.toMatchObject({ code: 'malformed-meta' });
  });
});
