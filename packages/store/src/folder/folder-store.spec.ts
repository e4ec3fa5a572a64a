import { execFile } from 'node:child_process';
import { access, mkdtemp, readdir, readFile, rename, symlink, utimes, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { describeIf, temporaryFolder } from '@wheelwright/testing';
import { FolderStore } from './folder-store.js';

const scratch = await temporaryFolder('folder-store');
const text = Buffer.from('text');
let root: string;
let store: FolderStore;

beforeEach(async () => {
  root = await mkdtemp(join(scratch, 'root-'));
  store = new FolderStore(root, { patience: 200 });
});

describe('a folder store', () => {
  it('makes plain files whose paths are the keys', async () => {
    await store.put('a/b.txt', text);
    expect(await readFile(join(root, 'a/b.txt'), 'utf8')).toBe('text');
  });

  it('makes its folder with the first write only', async () => {
    const later = new FolderStore(join(root, 'not/yet'));
    expect(await later.head('a')).toBeUndefined();
    await later.delete('a');
    await expect(access(join(root, 'not'))).rejects.toMatchObject({ code: 'ENOENT' });
    await later.put('a', text);
    expect(await readFile(join(root, 'not/yet/a'), 'utf8')).toBe('text');
  });

  it('has the sha256 of the content for its entity tag, also of a file that was copied in', async () => {
    const sha256 = createHash('sha256').update(text).digest('hex');
    await writeFile(join(root, 'a'), text);
    expect(await store.head('a')).toMatchObject({ sha256, etag: `"${sha256}"` });
    await store.put('a', Buffer.from('next'), { ifMatch: `"${sha256}"` });
  });

  it('leaves no temporary file and no lock, whatever a write came to', async () => {
    await store.put('a', text);
    await store.put('a', text);
    await store.put('a', text, { ifNoneMatch: '*' }).catch(() => undefined);
    await store.put('a', text, { sha256: 'wrong' }).catch(() => undefined);
    await store.put('b', { file: '/nowhere' }).catch(() => undefined);
    await store.put('a/b', text).catch(() => undefined);
    await store.delete('a');
    expect(await readdir(join(root, '.wheelwright/tmp'))).toEqual([]);
    expect(await readdir(join(root, '.wheelwright/locks'))).toEqual([]);
  });

  it('does not list files that are being written, and names them by their process', async () => {
    const seen: string[] = [];
    async function* body() {
      yield text;
      seen.push(...(await readdir(join(root, '.wheelwright/tmp'))));
    }
    await store.put('a', body());
    expect(seen).toEqual([expect.stringMatching(new RegExp(`^${process.pid}-[-0-9a-f]{36}\\.tmp$`))]);
    await writeFile(join(root, '.wheelwright/tmp', seen[0]!), 'left by a killed process');
    const listed: string[] = [];
    for (const prefix of ['', '.', '.wheelwright/', '.wheelwright/tmp/']) {
      for await (const { key } of store.list(prefix)) listed.push(key);
    }
    expect(listed).toEqual(['a']);
  });

  it.each(['.wheelwright', '.wheelwright/tmp/a', '.WheelWright/a'])('keeps %j for itself', async (key) => {
    await expect(store.put(key, text)).rejects.toMatchObject({ code: 'invalid-key' });
    await expect(store.get(key)).rejects.toMatchObject({ code: 'invalid-key' });
  });

  it('tells a key that is in the way of another', async () => {
    await store.put('a/b', text);
    for (const options of [{}, { ifNoneMatch: '*' }] as const) {
      await expect(store.put('a', text, options)).rejects.toMatchObject({ code: 'key-conflict' });
      await expect(store.put('a/b/c', text, options)).rejects.toMatchObject({ code: 'key-conflict' });
    }
  });

  it('notices that an object was replaced between its head and its bytes', async () => {
    await store.put('a', text);
    const { body } = await store.get('a');
    await writeFile(join(root, 'other'), 'othr');
    await rename(join(root, 'other'), join(root, 'a'));
    await expect(body[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'precondition-failed' });
  });
});

describeIf([{ program: 'mkfifo' }], 'a named pipe', () => {
  it('is no object and no source, and nobody waits for its other end', async () => {
    await promisify(execFile)('mkfifo', [join(root, 'pipe')]);
    expect(await store.head('pipe')).toBeUndefined();
    await expect(store.put('a', { file: join(root, 'pipe') })).rejects.toMatchObject({
      code: 'source-unreadable',
    });
  });
});

describe('symbolic links inside a folder store', () => {
  let outside: string;
  beforeEach(async () => {
    outside = await mkdtemp(join(scratch, 'outside-'));
    await writeFile(join(outside, 'secret'), 'secret');
  });

  it.each(['folder/secret', 'file', 'dangling'])('are not followed to %s', async (key) => {
    await symlink(outside, join(root, 'folder'));
    await symlink(join(outside, 'secret'), join(root, 'file'));
    await symlink(join(outside, 'new'), join(root, 'dangling'));
    const denied = { code: 'access-denied' };
    await expect(store.head(key)).rejects.toMatchObject(denied);
    await expect(store.get(key)).rejects.toMatchObject(denied);
    await expect(store.put(key, text)).rejects.toMatchObject(denied);
    await expect(store.put(key, text, { ifNoneMatch: '*' })).rejects.toMatchObject(denied);
    await expect(store.put(`${key}/below`, text)).rejects.toMatchObject(denied);
    await expect(store.delete(key)).rejects.toMatchObject(denied);
    expect(await readdir(outside)).toEqual(['secret']);
    expect(await readFile(join(outside, 'secret'), 'utf8')).toBe('secret');
  });

  it('are not listed', async () => {
    await symlink(outside, join(root, 'folder'));
    await symlink(join(outside, 'secret'), join(root, 'file'));
    for (const prefix of ['', 'folder/', 'f']) {
      expect(await store.list(prefix)[Symbol.asyncIterator]().next()).toMatchObject({ done: true });
    }
  });

  it("don't lead its own files out", async () => {
    await symlink(outside, join(root, '.wheelwright'));
    await expect(store.put('a', text)).rejects.toMatchObject({ code: 'access-denied' });
    expect(await readdir(outside)).toEqual(['secret']);
  });

  it('may lead to it', async () => {
    await symlink(root, join(outside, 'store'));
    await new FolderStore(join(outside, 'store')).put('a', text);
    expect(await readFile(join(root, 'a'), 'utf8')).toBe('text');
  });
});

describe("a key's lock", () => {
  const lockOf = (key: string) =>
    join(root, '.wheelwright/locks', createHash('sha256').update(key).digest('hex'));

  it('is waited for, and named when it stays', async () => {
    await store.put('a', text);
    await writeFile(lockOf('a'), 'a');
    await expect(store.put('a', text)).rejects.toMatchObject({ code: 'busy', key: 'a', hint: 'Try again.' });
    await expect(store.delete('a')).rejects.toMatchObject({ code: 'busy' });
    await store.put('b', text);
  });

  it('is not needed to create an object', async () => {
    await store.put('b', text);
    await writeFile(lockOf('a'), 'a');
    await store.put('a', text, { ifNoneMatch: '*' });
  });

  it('gives up waiting when the call is aborted', async () => {
    await store.put('a', text);
    await writeFile(lockOf('a'), 'a');
    const signal = AbortSignal.timeout(30);
    const patient = new FolderStore(root, { patience: 60_000 });
    await expect(patient.put('a', text, { signal })).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('is taken over, by one of many, when its holder was killed', async () => {
    await store.put('a', text);
    await writeFile(lockOf('a'), 'a');
    const long = new Date(Date.now() - 60_000);
    await utimes(lockOf('a'), long, long);
    const patient = new FolderStore(root, { patience: 20_000 });
    const { etag } = (await patient.head('a'))!;
    const writers = Array.from({ length: 8 }, (_, index) =>
      patient.put('a', Buffer.from(`writer ${index}`), { ifMatch: etag }),
    );
    const results = await Promise.allSettled(writers);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await readdir(join(root, '.wheelwright/locks'))).toEqual([]);
  });
});
