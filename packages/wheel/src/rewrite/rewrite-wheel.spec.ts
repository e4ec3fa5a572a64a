import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { python, temporaryFolder } from '@wheelwright/testing';
import { bufferSource, openFile } from '../byte-source.js';
import { verifyWheel } from '../verify/verify.js';
import { writeWheel } from '../write.js';
import { rewriteWheel, type WheelChange } from './rewrite-wheel.js';

const folder = await temporaryFolder('rewrite');
const out = join(folder, 'out');
const noise = randomBytes(3 << 20);
const { path } = await writeWheel(folder, {
  distribution: 'demo',
  version: '1.0',
  tags: { python: 'py3', abi: 'none', platform: 'linux_x86_64' },
  metadata: 'Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n',
  files: [
    { name: 'demo/__init__.py', content: Buffer.from('value = 1\n') },
    { name: 'demo/noise.bin', content: noise },
    { name: 'demo/old.so', content: Buffer.from('old'), executable: true },
    { name: 'demo/moved.so', content: Buffer.from('moved') },
  ],
  rootIsPurelib: false,
  generator: 'test',
});

const change: WheelChange = {
  filename: 'demo-1.0-py3-none-manylinux2014_x86_64.whl',
  members: [
    { name: 'demo/old.so', content: { source: bufferSource(Buffer.alloc(5 << 20, 'new')) } },
    { name: 'demo.libs/libz-01234567.so.1', content: noise, executable: true },
    {
      name: 'demo-1.0.dist-info/WHEEL',
      content: Buffer.from(
        'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: false\nTag: py3-none-manylinux2014_x86_64\n',
      ),
    },
  ],
  removed: ['demo/moved.so'],
};

it('replaces, adds and removes members, copies the others as they lie there, and verifies', async () => {
  const written = await rewriteWheel(path, out, change);
  const source = await openFile(written.path);
  const { problems, advice } = await verifyWheel(source).finally(() => source.close());
  expect(problems).toEqual([]);
  expect(advice).toEqual([]);
  const found = await python<unknown>(
    `import zipfile
z = zipfile.ZipFile(argv[0])
print(json.dumps({'broken': z.testzip(), 'names': z.namelist(), 'size': len(z.read('demo/old.so'))}))`,
    written.path,
  );
  const names = [
    ...['demo/__init__.py', 'demo/noise.bin', 'demo/old.so', 'demo.libs/libz-01234567.so.1'],
    // dist-info comes last, also what stays of it, and RECORD last of all.
    ...['METADATA', 'WHEEL', 'RECORD'].map((name) => `demo-1.0.dist-info/${name}`),
  ];
  expect(found).toEqual({ broken: null, names, size: 5 << 20 });
  const [before, after] = [await readFile(path), await readFile(written.path)];
  const start = before.indexOf(noise.subarray(0, 64));
  expect(after.indexOf(before.subarray(start, start + noise.length))).toBeGreaterThan(0);
});

it('gives the same bytes on every run', async () => {
  const first = await rewriteWheel(path, out, change);
  const second = await rewriteWheel(path, join(folder, 'again'), change, { concurrency: 1 });
  expect(second.sha256).toBe(first.sha256);
  expect((await readFile(second.path)).equals(await readFile(first.path))).toBe(true);
});

it.each([
  ['a member to remove that is not there', { ...change, removed: ['demo/none.so'] }, 'not-found'],
  [
    'RECORD as a member',
    { ...change, members: [{ name: 'demo-1.0.dist-info/RECORD', content: noise }] },
    'bad-input',
  ],
  ['a name that leads out', { ...change, members: [{ name: '../x', content: noise }] }, 'unsafe-name'],
  [
    'content that is gone',
    { ...change, members: [{ name: 'demo/old.so', content: { path: join(folder, 'none') } }] },
    'not-found',
  ],
])('refuses %s, and leaves nothing', async (_, wrong, code) => {
  await rm(out, { recursive: true, force: true });
  await expect(rewriteWheel(path, out, wrong)).rejects.toMatchObject({ code });
  expect(await readdir(out).catch(() => [])).toEqual([]);
});

it('leaves what was there when it is stopped, or when a source fails midway', async () => {
  await rewriteWheel(path, out, change);
  const destination = join(out, change.filename);
  await writeFile(destination, 'as it was');
  const controller = new AbortController();
  const stopped = rewriteWheel(path, out, change, {
    signal: controller.signal,
    onProgress: () => {
      controller.abort();
    },
  });
  await expect(stopped).rejects.toMatchObject({ code: 'aborted' });
  const failing = {
    size: 3 << 20,
    read: (offset: number, length: number) =>
      offset === 0 ? Promise.resolve(new Uint8Array(length)) : Promise.reject(new Error('gone')),
  };
  const broken = rewriteWheel(path, out, {
    ...change,
    members: [{ name: 'demo/old.so', content: { source: failing } }],
  });
  await expect(broken).rejects.toMatchObject({ code: 'io' });
  expect(await readdir(out)).toEqual([change.filename]);
  expect(await readFile(destination, 'utf8')).toBe('as it was');
});
