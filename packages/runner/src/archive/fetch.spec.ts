import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '@wheelwright/testing';
import type { PinnedArchive } from '../request.js';
import { fetchArchive } from './fetch.js';
import { pinnedDigest } from './pin.js';

const root = await temporaryFolder('fetch');
const BYTES = 'the bytes of an archive';
const sha256 = createHash('sha256').update(BYTES).digest('hex');
const integrity = `sha512-${createHash('sha512').update(BYTES).digest('base64')}`;
let count = 0;
let folder: string;
let cache: string;

beforeEach(async () => {
  folder = join(root, String(count++));
  cache = join(folder, 'cache');
  await mkdir(folder);
  await writeFile(join(folder, 'a.tar'), BYTES);
});

function fetched(source: PinnedArchive, environment: Record<string, string> = {}): Promise<string> {
  return fetchArchive({ source, origin: 'static[0]' }, cache, { environment });
}

describe('pinnedDigest', () => {
  it.each([
    [{ npm: 'leveldown@6.1.1', integrity }, 'sha512'],
    [{ npm: '@scope/name@1.0.0-rc.1', integrity }, 'sha512'],
    [{ archive: '/a.tar', sha256: sha256.toUpperCase() }, 'sha256'],
  ])('reads %j', (source, algorithm) => {
    const hex = createHash(algorithm).update(BYTES).digest('hex');
    expect(pinnedDigest(source, 'x')).toEqual({ algorithm, hex });
  });

  it.each([
    { npm: 'leveldown', integrity },
    { npm: 'leveldown@^6.1.1', integrity },
    { npm: 'leveldown@latest', integrity },
    { npm: '--registry=x@1.0.0', integrity },
    { npm: '../x@1.0.0', integrity },
    { npm: 'https://host/x@1.0.0', integrity },
    { npm: 'a@1.0.0; touch x', integrity },
    { npm: 'a@1.0.0', integrity: 'sha1-AAAA' },
    { npm: 'a@1.0.0', integrity: '' },
    { archive: '/a.tar', sha256: 'abc' },
  ])('refuses %j', (source) => {
    expect(() => pinnedDigest(source, 'static[0]')).toThrow(expect.objectContaining({ code: 'bad-request' }));
  });
});

describe('fetchArchive', () => {
  it('copies a file that has its digest into the cache, and needs it only once', async () => {
    const path = await fetched({ archive: join(folder, 'a.tar'), sha256 });
    expect(await readFile(path, 'utf8')).toBe(BYTES);
    expect(await fetched({ archive: join(folder, 'gone.tar'), sha256 })).toBe(path);
  });

  it('refuses other bytes, and keeps none of them', async () => {
    const wrong = '0'.repeat(64);
    await expect(fetched({ archive: join(folder, 'a.tar'), sha256: wrong })).rejects.toMatchObject({
      code: 'integrity',
      message: expect.stringContaining(`has the sha256 ${sha256}, expected ${wrong}`),
    });
    expect(await readdir(join(cache, 'downloads'))).toEqual([]);
  });

  it('fetches anew what was damaged in the cache', async () => {
    const source = { archive: join(folder, 'a.tar'), sha256 };
    await writeFile(await fetched(source), 'damaged');
    expect(await readFile(await fetched(source), 'utf8')).toBe(BYTES);
  });

  it('says what could not be read', async () => {
    const missing = { archive: join(folder, 'none.tar'), sha256 };
    await expect(fetched(missing)).rejects.toMatchObject({
      code: 'fetch-failed',
      message: expect.stringMatching(/static\[0\]\.archive: .*none\.tar can't be read: ENOENT/),
    });
    await expect(fetched({ archive: 'ftp://host/a.tar', sha256 })).rejects.toMatchObject({
      code: 'fetch-failed',
    });
  });
});

describe('from a server', () => {
  let server: Server;
  let url: string;

  beforeAll(async () => {
    server = createServer((request, response) => {
      response.statusCode = request.url === '/a.tar' ? 200 : 404;
      response.end(BYTES);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it('checks the digest as with a file', async () => {
    expect(await readFile(await fetched({ archive: `${url}/a.tar`, sha256 }), 'utf8')).toBe(BYTES);
    await expect(fetched({ archive: `${url}/a.tar`, sha256: '0'.repeat(64) })).rejects.toMatchObject({
      code: 'integrity',
    });
  });

  it('tells what the server said', async () => {
    await expect(fetched({ archive: `${url}/b.tar`, sha256 })).rejects.toMatchObject({
      code: 'fetch-failed',
      message: expect.stringContaining('404'),
    });
  });
});

describe('from npm', () => {
  /** An npm that is a script: the real one is asked by the example's build. */
  async function npm(script: string): Promise<Record<string, string>> {
    await writeFile(join(folder, 'npm'), `#!/bin/sh\n${script}\n`);
    await chmod(join(folder, 'npm'), 0o755);
    return { PATH: `${folder}:${process.env['PATH'] ?? ''}` };
  }

  const pack = 'printf "%s\\n" "$@" > "$OUT/args"; cp "$OUT/a.tar" "$6/leveldown-6.1.1.tgz"';

  it('packs the exact version, without its scripts', async () => {
    const environment = { ...(await npm(pack)), OUT: folder };
    expect(await readFile(await fetched({ npm: 'leveldown@6.1.1', integrity }, environment), 'utf8')).toBe(
      BYTES,
    );
    const args = (await readFile(join(folder, 'args'), 'utf8')).split('\n');
    expect(args.slice(0, 5)).toEqual([
      'pack',
      'leveldown@6.1.1',
      '--json',
      '--ignore-scripts',
      '--pack-destination',
    ]);
  });

  it('refuses a tarball that was changed', async () => {
    await writeFile(join(folder, 'a.tar'), 'changed');
    const environment = { ...(await npm(pack)), OUT: folder };
    await expect(fetched({ npm: 'leveldown@6.1.1', integrity }, environment)).rejects.toMatchObject({
      code: 'integrity',
    });
    expect(await readdir(join(cache, 'downloads'))).toEqual([]);
  });

  it("passes npm's reason on", async () => {
    const environment = await npm('echo "npm error code E404" >&2; echo "npm warn noise" >&2; exit 1');
    await expect(fetched({ npm: 'leveldown@6.1.1', integrity }, environment)).rejects.toMatchObject({
      code: 'fetch-failed',
      message: 'static[0].npm: npm pack leveldown@6.1.1 failed: npm error code E404',
    });
  });

  it('asks for npm where there is none', async () => {
    await expect(fetched({ npm: 'leveldown@6.1.1', integrity }, { PATH: folder })).rejects.toMatchObject({
      code: 'tool-missing',
      hint: expect.stringContaining('npm'),
    });
  });
});
