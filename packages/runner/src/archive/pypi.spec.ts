import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeIf, temporaryFolder } from '@wheelwright/testing';
import { fetchArchive } from './fetch.js';
import { filesOfHtml, filesOfJson, parseSettings } from './pypi.js';

const root = await temporaryFolder('pypi');
const BYTES = 'the bytes of a wheel';
const sha256 = createHash('sha256').update(BYTES).digest('hex');
const FILE = 'My_Ops-1.0-py3-none-any.whl';

it('reads both kinds of pages', () => {
  const expected = [{ filename: FILE, url: '../f', sha256 }];
  expect(filesOfHtml(`<a data-x="1" href="../f#sha256=${sha256}">${FILE}</a>`)).toEqual(expected);
  expect(
    filesOfJson({ files: [{ filename: FILE, url: '../f', hashes: { sha256 } }, null, { url: 1 }] }),
  ).toEqual(expected);
  expect(() => filesOfJson([])).toThrow('PEP 691');
});

it('lets the environment win over the command, and that over everything', () => {
  const list =
    "global.index-url='http://g'\ndownload.index-url='http://d'\nglobal.x='g'\n:env:.index-url='http://e'\n";
  expect(parseSettings(list)('index-url')).toBe('http://e');
  expect(parseSettings(list)('x')).toBe('g');
  expect(parseSettings('')('x')).toBeUndefined();
});

describeIf([{ program: 'python3' }], 'fetchArchive from an index', () => {
  let server: Server;
  let host: string;
  let count = 0;

  beforeAll(async () => {
    const allowed = `Basic ${Buffer.from('me:s3cret').toString('base64')}`;
    server = createServer((request, response) => {
      if (request.url === '/f') response.end(BYTES);
      else if (request.headers.authorization !== allowed) response.writeHead(401).end();
      else if (request.url === '/simple/my-ops/') {
        response.setHeader('content-type', 'text/html');
        response.end(`<a href="/f#sha256=${sha256}">${FILE}</a>`);
      } else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const fetched = (pypi: string, digest: string, login = 'me:s3cret'): Promise<string> => {
    const environment = { ...process.env, PIP_INDEX_URL: `http://${login}@${host}/simple` };
    const source = { pypi, sha256: digest };
    return fetchArchive({ source, origin: 'source' }, join(root, String(count++)), { environment });
  };

  it('finds the file by its hash', async () => {
    expect(await readFile(await fetched('my.ops==1.0', sha256), 'utf8')).toBe(BYTES);
  });

  it('tells which files there are', async () => {
    await expect(fetched('my-ops==1.0', '0'.repeat(64))).rejects.toMatchObject({
      code: 'fetch-failed',
      hint: expect.stringContaining(FILE),
    });
    await expect(fetched('other==1.0', sha256)).rejects.toMatchObject({ code: 'fetch-failed' });
  });

  it('refuses a file of another version', async () => {
    await expect(fetched('my-ops==2.0', sha256)).rejects.toMatchObject({
      message: expect.stringContaining(FILE),
    });
  });

  it('keeps the password to itself', async () => {
    const failure: unknown = await fetched('my-ops==1.0', sha256, 'me:wr0ng').catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ code: 'fetch-failed', message: expect.stringContaining('401') });
    expect(String(failure)).not.toContain('wr0ng');
  });
});
