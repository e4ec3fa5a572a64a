import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it } from '@jest/globals';
import type { Store } from '@wheelwright/store';
import { temporaryFolder } from '@wheelwright/testing';
import { formatMeta } from './meta.js';
import { pullArtifact } from './pull.js';
import { pushArtifact } from './push.js';
import { identity, pushRequest } from './testing/build.js';
import { describeStores } from './testing/stores.js';

const scratch = await temporaryFolder('pull');
const id = identity();
const prefix = `${id.commit}/ubuntu16.04/cu102/static/`;
const contents = {
  'libmxnet.so': randomBytes(3_000_000),
  'licenses/MKL_LICENSE.txt': 'do as you like',
  'licenses/CUP LICENSE ü+1.txt': 'do as you must',
  'dependencies/libxxx.so': 'x',
  'dependencies/deep/er/libyyy.so': '',
};

/** Every file below a folder, with its content. */
async function treeOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files: Record<string, string> = {};
  for (const entry of entries.filter((candidate) => candidate.isFile())) {
    const path = join(entry.parentPath, entry.name);
    files[path.slice(folder.length + 1)] = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
  }
  return files;
}

function hashes(of: Readonly<Record<string, string | Uint8Array>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(of).map(([name, content]) => [name, createHash('sha256').update(content).digest('hex')]),
  );
}

describeStores('pullArtifact', (makeStore) => {
  let store: Store;
  let folder: string;
  beforeEach(async () => {
    store = await makeStore();
    folder = join(await mkdtemp(join(scratch, 'pull-')), 'dist');
  });

  it('brings exactly what was pushed, with modes and the meta file', async () => {
    const { artifact } = await pushArtifact(store, await pushRequest(contents));
    const result = await pullArtifact(store, { id, folder });
    expect(result).toEqual({ status: 'pulled', artifact, verified: true });
    const { 'libmxnet.meta': meta, ...files } = await treeOf(folder);
    expect(files).toEqual(hashes(contents));
    expect(meta).toBe(artifact.files.at(-1)?.sha256);
    expect((await stat(join(folder, 'libmxnet.so'))).mode & 0o777).toBe(0o755);
    expect((await stat(join(folder, 'licenses/MKL_LICENSE.txt'))).mode & 0o777).toBe(0o644);
    expect((await readdir(folder)).sort()).toEqual([
      'dependencies',
      'libmxnet.meta',
      'libmxnet.so',
      'licenses',
    ]);
  });

  it('takes the place of an earlier pull: no file of it stays, others do', async () => {
    await pushArtifact(store, await pushRequest(contents));
    await pullArtifact(store, { id, folder });
    await writeFile(join(folder, 'licenses/mine.txt'), 'my own');
    await writeFile(join(folder, 'licenses/MKL_LICENSE.txt'), 'changed by hand');
    const next = { 'libmxnet.so': 'new', 'licenses/NEW': 'n' };
    await pushArtifact(store, await pushRequest(next, { replace: true }));
    await pullArtifact(store, { id, folder });
    const files = await treeOf(folder);
    delete files['libmxnet.meta'];
    expect(files).toEqual(
      hashes({ ...next, 'licenses/mine.txt': 'my own', 'licenses/MKL_LICENSE.txt': 'changed by hand' }),
    );
  });

  it('tells what there is when the asked one is not', async () => {
    for (const variant of ['cpu', 'native']) {
      await pushArtifact(store, await pushRequest({ 'libmxnet.so': variant }, { id: identity({ variant }) }));
    }
    await pushArtifact(
      store,
      await pushRequest({ 'libmxnet.so': 'x' }, { id: identity({ commit: 'a'.repeat(40) }) }),
    );
    const result = await pullArtifact(store, { id, folder });
    expect(result).toMatchObject({
      status: 'not-found',
      prefix,
      nearby: [{ id: { variant: 'cpu' } }, { id: { variant: 'native' } }],
    });
    await expect(readdir(folder)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('takes nothing without a meta file for an artifact', async () => {
    await store.put(`${prefix}libmxnet.so`, Buffer.from('orphan'));
    expect(await pullArtifact(store, { id, folder })).toMatchObject({ status: 'not-found', nearby: [] });
  });

  it.each([
    ['other bytes of the same size', 'dependencies/libxxx.so', 'y'],
    ['another size', 'dependencies/libxxx.so', 'xx'],
    ['nothing at all', 'dependencies/libxxx.so', undefined],
  ])('refuses %s, and leaves nothing', async (_, name, content) => {
    await pushArtifact(store, await pushRequest(contents));
    if (content === undefined) await store.delete(prefix + name);
    else await store.put(prefix + name, Buffer.from(content));
    const pull = pullArtifact(store, { id, folder });
    await expect(pull).rejects.toMatchObject({ code: 'damaged' });
    await expect(readdir(folder)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('leaves an earlier pull as it was when a new one fails', async () => {
    await pushArtifact(store, await pushRequest(contents));
    await pullArtifact(store, { id, folder });
    const before = await treeOf(folder);
    await store.put(`${prefix}libmxnet.so`, Buffer.from('broken'));
    await expect(pullArtifact(store, { id, folder })).rejects.toMatchObject({ code: 'damaged' });
    expect(await treeOf(folder)).toEqual(before);
  });

  it('refuses the meta file of another artifact', async () => {
    await pushArtifact(store, await pushRequest(contents));
    const meta = await store.get(`${prefix}libmxnet.meta`);
    const elsewhere = identity({ variant: 'cpu' });
    await store.put(`${id.commit}/ubuntu16.04/cpu/static/libmxnet.meta`, meta.body);
    await expect(pullArtifact(store, { id: elsewhere, folder })).rejects.toMatchObject({ code: 'damaged' });
  });

  it('never leaves its folder, whatever a meta file says', async () => {
    const outside = join(folder, '..', 'outside');
    await store.put(`${prefix}outside`, Buffer.from('x'));
    for (const name of [
      '../outside',
      'dependencies/../../outside',
      '/tmp/outside',
      'dependencies/x\\u0000',
    ]) {
      const file = { role: 'dependency' as const, size: 1, sha256: hashes({ x: 'x' })['x']!, mode: 0o644 };
      const library = { ...file, name: 'libmxnet.so', role: 'library' as const };
      const files = [library, { ...file, name: 'dependencies/NAME' }];
      const meta = { id, library: 'libmxnet.so', tool: 't', created: new Date(0), files };
      const text = Buffer.from(formatMeta(meta)).toString().replaceAll('dependencies/NAME', name);
      await store.put(`${prefix}libmxnet.meta`, Buffer.from(text));
      await expect(pullArtifact(store, { id, folder })).rejects.toMatchObject({ code: 'malformed-meta' });
      await expect(stat(outside)).rejects.toMatchObject({ code: 'ENOENT' });
    }
  });

  it('refuses a meta file of 10 MB that holds nothing, in a moment', async () => {
    await store.put(`${prefix}libmxnet.meta`, Buffer.from('file.x.role=library\n'.repeat(500_000)));
    const begun = Date.now();
    await expect(pullArtifact(store, { id, folder })).rejects.toMatchObject({ code: 'malformed-meta' });
    expect(Date.now() - begun).toBeLessThan(10_000);
  });

  it('follows no symbolic link out of its folder', async () => {
    await pushArtifact(store, await pushRequest(contents));
    const outside = await mkdtemp(join(scratch, 'outside-'));
    await mkdir(folder);
    await symlink(outside, join(folder, 'licenses'));
    await expect(pullArtifact(store, { id, folder })).rejects.toMatchObject({ code: 'destination' });
    expect(await readdir(outside)).toEqual([]);
  });

  it('stops when told to, and leaves nothing', async () => {
    await pushArtifact(store, await pushRequest(contents));
    const abort = new AbortController();
    const pull = pullArtifact(store, {
      id,
      folder,
      signal: abort.signal,
      onProgress: () => {
        abort.abort(new Error('enough'));
      },
    });
    await expect(pull).rejects.toThrow('enough');
    await expect(readdir(folder)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('tells of its progress up to the end', async () => {
    await pushArtifact(store, await pushRequest(contents));
    const seen: number[] = [];
    let total = 0;
    await pullArtifact(store, {
      id,
      folder,
      onProgress: (progress) => {
        seen.push(progress.done);
        ({ total } = progress);
      },
    });
    expect(total).toBe(3_000_029);
    expect(seen.at(-1)).toBe(total);
  });

  it('reads what the script of MXNet pushed, in its layout', async () => {
    const base = `${id.commit}/static/ubuntu16.04/cu102/`;
    await store.put(`${base}libmxnet.so`, contents['libmxnet.so']);
    await store.put(`${base}licenses/MKL_LICENSE.txt`, Buffer.from('do as you like'));
    await store.put(
      `${base}libmxnet.meta`,
      Buffer.from(`commit_id: ${id.commit}\ndependency_linking: static\nos: ubuntu16.04\nvariant: 'cu102'\n`),
    );
    const result = await pullArtifact(store, { id, folder, layout: 'mxnet' });
    expect(result).toMatchObject({ status: 'pulled', verified: false, artifact: { id } });
    const files = await treeOf(folder);
    delete files['libmxnet.meta'];
    expect(files).toEqual(
      hashes({ 'libmxnet.so': contents['libmxnet.so'], 'licenses/MKL_LICENSE.txt': 'do as you like' }),
    );
  });
});
