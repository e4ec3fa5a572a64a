import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import {
  describeIf,
  s3Requirement,
  startFaultProxy,
  startS3Server,
  temporaryFolder,
} from '@wheelwright/testing';
import { startWheelwright } from '../testing/processes.js';

const root = await temporaryFolder('artifact-s3');
const server = await startS3Server();
const proxy = server && (await startFaultProxy(server));
const commit = '73b29fa90d3eac0b1fae403b7583fdd1529942dc';
const words = ['--static', '--variant', 'cpu', '--os', 'ubuntu16.04', '--git-sha', commit];
const prefix = `${commit}/ubuntu16.04/cpu/static/`;
const MiB = 1024 * 1024;
let buckets = 0;

/** A folder with a build and an empty bucket, and a way to run the command there. */
async function workplace(library: string | Uint8Array = 'the library') {
  const folder = await mkdtemp(join(root, 'run-'));
  await writeFile(join(folder, 'libmxnet.so'), library);
  await writeFile(join(folder, 'LICENSE'), 'do as you like');
  buckets += 1;
  const bucket = await server!.makeBucket(`bucket-${buckets}`);
  const env = { ...server!.environment, ARTIFACT_REPOSITORY_BUCKET: bucket };
  const start = (args: readonly string[], more: Record<string, string> = {}) =>
    startWheelwright(folder, ['artifact', ...args], { ...env, ...more });
  /** Keys that exist, as files of the server. */
  const keys = async (): Promise<string[]> => {
    const entries = await readdir(join(server!.buckets, bucket), { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(join(server!.buckets, bucket).length + 1))
      .filter((key) => !key.startsWith('.sgwtmp'))
      .sort();
  };
  return { folder, start, keys };
}

/** The ten defects of MXNet's artifact_repository.py that were reproduced against the same server. */
describeIf([s3Requirement], 'artifact on s3://, where the script of MXNet fails', () => {
  it('1, 2: killed within the library or behind it, a push leaves nothing that a pull takes, and gc nothing at all', async () => {
    const { folder, start, keys } = await workplace(randomBytes(40 * MiB));
    const push = ['push', 'libmxnet.so', '--licenses', 'LICENSE', ...words];
    const slow = { AWS_ENDPOINT_URL_S3: proxy!.url };
    const inParts = ['--concurrency', '2'];
    for (const [isLast, ...more] of [
      [(url: string) => url.includes('partNumber=2'), ...inParts],
      [(url: string) => url.includes('libmxnet.so')],
      [(url: string) => url.includes('licenses/LICENSE'), ...inParts],
    ] as [(url: string) => boolean, ...string[]][]) {
      const reached = new Promise<void>((resolve) => {
        proxy!.setRule(({ method, url }) => {
          if (method !== 'PUT' || !isLast(url)) return undefined;
          resolve();
          return { kind: 'stall' };
        });
      });
      const child = start([...push, ...more], slow);
      await reached;
      child.kill('SIGKILL');
      expect((await child).signal).toBe('SIGKILL');
      expect((await start(['pull', './dist', ...words])).exitCode).toBe(4);
      await expect(readdir(join(folder, 'dist'))).rejects.toMatchObject({ code: 'ENOENT' });
    }
    const collected = await start(['gc', '--older-than', '0s', '--json']);
    const { removed } = JSON.parse(collected.stdout) as { removed: { kind: string }[] };
    expect(removed.map(({ kind }) => kind).sort()).toEqual(['unfinished-artifact', 'unfinished-write']);
    expect(await keys()).toEqual([]);
  }, 60_000);

  it('3: a second push with other bytes changes nothing, and a replacement leaves no old file', async () => {
    const { folder, start, keys } = await workplace();
    await start(['push', 'libmxnet.so', '--licenses', 'LICENSE', ...words]);
    await writeFile(join(folder, 'libmxnet.so'), 'another');
    expect((await start(['push', 'libmxnet.so', ...words])).exitCode).toBe(5);
    expect(await keys()).toHaveLength(3);
    expect((await start(['push', 'libmxnet.so', '--replace', ...words])).exitCode).toBe(0);
    expect(await keys()).toEqual([`${prefix}libmxnet.meta`, `${prefix}libmxnet.so`]);
  }, 60_000);

  it('4: of 16 processes that push at once, exactly one set of files is visible', async () => {
    const { folder, start, keys } = await workplace();
    const runs = Array.from({ length: 16 }, async (_, index) => {
      const own = join(folder, String(index));
      await mkdir(own);
      await writeFile(join(own, 'libmxnet.so'), `library ${index}`);
      await writeFile(join(own, `LICENSE-${index}`), `licence ${index}`);
      return start(['push', `${index}/libmxnet.so`, '--licenses', `${index}/LICENSE-${index}`, ...words]);
    });
    const codes = (await Promise.all(runs)).map(({ exitCode }) => exitCode);
    expect(codes.filter((code) => code === 0)).toHaveLength(1);
    expect(codes.filter((code) => code === 5)).toHaveLength(15);
    const winner = codes.indexOf(0);
    expect((await keys()).sort()).toEqual([
      `${prefix}libmxnet.meta`,
      `${prefix}libmxnet.so`,
      `${prefix}licenses/LICENSE-${winner}`,
    ]);
    expect((await start(['pull', './dist', ...words])).exitCode).toBe(0);
    expect(await readFile(join(folder, 'dist/libmxnet.so'), 'utf8')).toBe(`library ${winner}`);
  }, 120_000);

  it('5, 9: licences of the same base name collide, and a mistyped one is missed', async () => {
    const { folder, start, keys } = await workplace();
    await mkdir(join(folder, 'other'));
    await writeFile(join(folder, 'other/LICENSE'), 'other');
    const push = ['push', 'libmxnet.so', ...words, '--licenses'];
    expect((await start([...push, 'LICENSE', 'other/LICENSE'])).exitCode).toBe(2);
    expect((await start([...push, 'LICENCE'])).exitCode).toBe(4);
    expect(await keys()).toEqual([]);
  }, 60_000);

  it('6: an artifact of 1,500 dependencies comes whole', async () => {
    const { folder, start } = await workplace();
    await mkdir(join(folder, 'deps'));
    const names = Array.from({ length: 1500 }, (_, index) => `lib ü+${index}.so`);
    for (const name of names) await writeFile(join(folder, 'deps', name), name);
    const pushed = await start(['push', 'libmxnet.so', '--dependencies', 'deps/*.so', ...words]);
    expect(pushed.exitCode).toBe(0);
    expect((await start(['pull', './dist', '--concurrency', '16', ...words])).exitCode).toBe(0);
    expect((await readdir(join(folder, 'dist/dependencies'))).sort()).toEqual(names.toSorted());
    expect(await readFile(join(folder, 'dist/dependencies/lib ü+1499.so'), 'utf8')).toBe('lib ü+1499.so');
    await stat(join(folder, 'dist/libmxnet.so'));
  }, 180_000);

  it('8: a killed pull leaves no file under its name, and the next one goes on', async () => {
    const { folder, start } = await workplace(randomBytes(20 * MiB));
    await start(['push', 'libmxnet.so', ...words]);
    const reached = new Promise<void>((resolve) => {
      proxy!.setRule(({ method, url, headers }) => {
        if (
          method !== 'GET' ||
          !url.includes('libmxnet.so') ||
          headers.range?.startsWith('bytes=0-') === true
        )
          return undefined;
        resolve();
        return { kind: 'stall-reply', after: 8 * MiB };
      });
    });
    const child = start(['pull', './dist', ...words], { AWS_ENDPOINT_URL_S3: proxy!.url });
    await reached;
    await delay(500);
    child.kill('SIGKILL');
    await child;
    expect(await readdir(join(folder, 'dist'))).toEqual([expect.stringMatching(/^\.wheelwright-pull-/)]);
    proxy!.setRule(undefined);
    proxy!.requests.splice(0);
    const next = await start(['pull', './dist', ...words], { AWS_ENDPOINT_URL_S3: proxy!.url });
    expect(next.exitCode).toBe(0);
    const { headers } = proxy!.requests.find(
      ({ method, url }) => method === 'GET' && url.includes('libmxnet.so'),
    )!;
    expect(Number(/bytes=(\d+)/.exec(headers.range!)?.[1])).toBeGreaterThan(4 * MiB);
    expect((await readdir(join(folder, 'dist'))).sort()).toEqual(['libmxnet.meta', 'libmxnet.so']);
    expect(
      (await readFile(join(folder, 'dist/libmxnet.so'))).equals(await readFile(join(folder, 'libmxnet.so'))),
    ).toBe(true);
  }, 60_000);

  it.each<[string, readonly string[], string]>([
    ['in one request', [], 'libmxnet.so'],
    ['in parts', ['--concurrency', '2'], 'partNumber=1'],
  ])(
    'SIGINT leaves nothing behind of a library that travels %s (130)',
    async (_, more, travelling) => {
      const { start, keys } = await workplace(randomBytes(20 * MiB));
      const reached = new Promise<void>((resolve) => {
        proxy!.setRule(({ method, url }) => {
          if (method !== 'PUT' || !url.includes(travelling)) return undefined;
          resolve();
          return { kind: 'stall' };
        });
      });
      const child = start(['push', 'libmxnet.so', ...more, ...words], { AWS_ENDPOINT_URL_S3: proxy!.url });
      await reached;
      child.kill('SIGINT');
      expect((await child).exitCode).toBe(130);
      expect(await keys()).toEqual([]);
      const collected = await start(['gc', '--older-than', '0s', '--json']);
      expect(JSON.parse(collected.stdout)).toMatchObject({ removed: [] });
    },
    60_000,
  );

  it('10: modes come back', async () => {
    const { folder, start } = await workplace();
    await writeFile(join(folder, 'run.so'), 'x', { mode: 0o755 });
    await start(['push', 'libmxnet.so', '--dependencies', 'run.so', '--licenses', 'LICENSE', ...words]);
    await start(['pull', './dist', ...words]);
    expect((await stat(join(folder, 'dist/dependencies/run.so'))).mode & 0o777).toBe(0o755);
    expect((await stat(join(folder, 'dist/licenses/LICENSE'))).mode & 0o777).toBe(0o644);
  }, 60_000);
});
