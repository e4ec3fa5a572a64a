import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join, normalize } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { describeIf, temporaryFolder } from '@wheelwright/testing';
import { execa } from 'execa';
import type { GitSource } from '../../request.js';
import { hashTree } from '../tree-hash.js';
import { parseGitAddress, resolveSubmoduleUrl } from './address.js';
import { checkoutCommit } from './checkout.js';

const root = await temporaryFolder('git-checkout');
let count = 0;
let folder: string;

beforeEach(async () => {
  folder = join(root, String(count++));
  await mkdir(folder);
});

const IDENTITY = ['-c', 'user.name=Test', '-c', 'user.email=test@localhost', '-c', 'commit.gpgsign=false'];

function git(repository: string, ...args: string[]): Promise<{ stdout: string }> {
  return execa('git', [...IDENTITY, '-c', 'protocol.file.allow=always', ...args], { cwd: repository });
}

/** A repository with one commit of these files. */
async function repository(name: string, files: Record<string, string>, format = 'sha1'): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  await git(path, 'init', '--quiet', `--object-format=${format}`);
  for (const [file, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, file)), { recursive: true });
    await writeFile(join(path, file), content);
  }
  return path;
}

async function commit(path: string): Promise<string> {
  await git(path, 'add', '--all');
  await git(path, 'commit', '--quiet', '--message', 'x');
  return (await git(path, 'rev-parse', 'HEAD')).stdout;
}

/** A commit whose tree has a link to another commit, and whatever .gitmodules says. */
async function linkTo(path: string, target: string, url: string, at = 'sub', more = ''): Promise<string> {
  await writeFile(join(path, '.gitmodules'), `[submodule "s"]\n\tpath = ${at}\n\turl = ${url}\n${more}`);
  await git(path, 'add', '.gitmodules');
  await git(path, 'update-index', '--add', '--cacheinfo', `160000,${target},${at}`);
  await git(path, 'commit', '--quiet', '--message', 'x');
  return (await git(path, 'rev-parse', 'HEAD')).stdout;
}

async function checkout(source: GitSource, environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const tree = join(folder, `tree-${count++}`);
  await checkoutCommit(source, tree, { origin: 'source', cache: join(folder, 'cache') }, { environment });
  return tree;
}

describe('parseGitAddress', () => {
  it.each(['https://host/x.git', 'ssh://git@host/x', 'git@host:x/y.git', 'file:///x', '/x', 'git://host/x'])(
    'takes %s',
    (address) => {
      expect(parseGitAddress(address, 'source.git').url).toBe(address);
    },
  );

  it.each([
    'ext::sh -c touch% evil',
    'ext::sh',
    'fd::17',
    '--upload-pack=touch',
    '-oProxyCommand=x',
    'ssh://-oProxyCommand=x/y',
    '-oProxyCommand=x@host:y',
    'git@host:-x',
    'https://host/x\n--upload-pack=y',
    'ftp://host/x',
    'file://elsewhere/x',
    'relative',
  ])('refuses %j', (address) => {
    expect(() => parseGitAddress(address, 'source.git')).toThrow(
      expect.objectContaining({ code: 'bad-request' }),
    );
  });

  it('keeps a password out of the address', () => {
    const { url, credential } = parseGitAddress('https://me:s3cret@host:8443/x.git', 'source.git');
    expect(url).toBe('https://host:8443/x.git');
    expect(credential).toEqual({ server: 'https://host:8443/', user: 'me', password: 's3cret' });
  });
});

it.each([
  ['https://host/a/b.git', '../c.git', 'https://host/a/c.git'],
  ['git@host:a/b.git', '../c.git', 'git@host:a/c.git'],
  ['/srv/a', './b', '/srv/a/b'],
  ['https://host/a', 'https://other/b', 'https://other/b'],
  ['https://host/a', '../../b', undefined],
])('the submodule of %s at %s is %s', (parent, url, expected) => {
  expect(resolveSubmoduleUrl(parent, url)).toBe(expected);
});

describeIf([{ program: 'git' }], 'checkoutCommit', () => {
  it.each(['sha1', 'sha256'])(
    'writes the files of a commit, by %s, and needs the repository only once',
    async (format) => {
      const path = await repository('project', { 'src/a.c': 'int a;\r\n', run: '#!/bin/sh\n' }, format);
      const first = await commit(path);
      await writeFile(join(path, 'src/a.c'), 'int b;');
      await commit(path);
      const tree = await checkout({ git: `file://${path}`, commit: first });
      expect(await readFile(join(tree, 'src/a.c'), 'utf8')).toBe('int a;\r\n');
      expect((await readdir(tree)).sort()).toEqual(['run', 'src']);
      await writeFile(join(path, '.git/HEAD'), 'gone');
      const again = await checkout({ git: `file://${path}`, commit: first });
      expect(await hashTree(again)).toBe(await hashTree(tree));
    },
    60_000,
  );

  it('runs no hook, no filter, and takes nobody’s settings', async () => {
    const path = await repository('project', { '.gitattributes': '* filter=evil\n', a: 'x\n' });
    const wanted = await commit(path);
    const hook = join(folder, 'hooks/post-checkout');
    await mkdir(dirname(hook));
    await writeFile(hook, `#!/bin/sh\ntouch ${folder}/evil\n`, { mode: 0o755 });
    const config = join(folder, 'config');
    await writeFile(
      config,
      `[core]\nhooksPath = ${dirname(hook)}\nautocrlf = true\n[filter "evil"]\nsmudge = touch ${folder}/evil; cat\n`,
    );
    const tree = await checkout(
      { git: path, commit: wanted },
      { ...process.env, GIT_CONFIG_GLOBAL: config, GIT_DIR: '/none' },
    );
    expect(await readFile(join(tree, 'a'), 'utf8')).toBe('x\n');
    expect(await readdir(folder)).not.toContain('evil');
  }, 60_000);

  it('says that a commit is not there', async () => {
    const path = await repository('project', { a: '' });
    await commit(path);
    await expect(checkout({ git: path, commit: '1'.repeat(40) })).rejects.toMatchObject({
      code: 'commit-missing',
      message: expect.stringContaining('1'.repeat(40)),
    });
  }, 60_000);

  it.each(['main', 'abc1234', `${'1'.repeat(40)}^`, '--upload-pack=x'])(
    'refuses %s for a commit',
    async (name) => {
      await expect(checkout({ git: folder, commit: name })).rejects.toMatchObject({ code: 'bad-request' });
    },
  );

  it('says that a repository is not there', async () => {
    await expect(checkout({ git: join(folder, 'none'), commit: '1'.repeat(40) })).rejects.toMatchObject({
      code: 'fetch-failed',
    });
  });

  it('brings submodules where they are wanted, with relative URLs, and runs none of their commands', async () => {
    const library = await repository('library', { 'lib.c': 'int lib;' });
    const inner = await commit(library);
    const path = await repository('project', { a: '' });
    const wanted = await linkTo(path, inner, '../library');
    const tree = await checkout({ git: path, commit: wanted, submodules: true });
    expect(await readFile(join(tree, 'sub/lib.c'), 'utf8')).toBe('int lib;');
    expect(await readdir(join(await checkout({ git: path, commit: wanted }), 'sub'))).toEqual([]);
    expect(await readdir(folder)).not.toContain('evil');
  }, 60_000);

  it('refuses a submodule with a command', async () => {
    const path = await repository('project', { a: '' });
    const wanted = await linkTo(path, await commit(path), './x', 'sub', `\tupdate = !touch ${folder}/evil\n`);
    await expect(checkout({ git: path, commit: wanted, submodules: true })).rejects.toMatchObject({
      code: 'fetch-failed',
      message: expect.stringContaining('disallowed submodule update setting'),
    });
    expect(await readdir(folder)).not.toContain('evil');
  }, 60_000);

  it.each(['ext::sh', '-u/x', '../../../../../../../../../..'])(
    'refuses a submodule at %s',
    async (url) => {
      const path = await repository('project', { a: '' });
      const wanted = await linkTo(path, await commit(path), url);
      // git's own check of objects may be faster than ours.
      await expect(checkout({ git: path, commit: wanted, submodules: true })).rejects.toMatchObject({
        code: expect.stringMatching(/^(submodule-refused|fetch-failed)$/),
      });
    },
    60_000,
  );

  it('ends a chain of submodules that goes on and on', async () => {
    const path = await repository('project', { a: '' });
    let wanted = await commit(path);
    for (let depth = 0; depth < 12; depth++) {
      wanted = await linkTo(path, wanted, `file://${path}`);
    }
    await expect(checkout({ git: path, commit: wanted, submodules: true })).rejects.toMatchObject({
      code: 'submodule-refused',
      message: expect.stringContaining('deeper than 10'),
    });
  }, 120_000);

  it('gives the password to the server and to nobody else', async () => {
    const path = await repository('project', { a: 'x' });
    const wanted = await commit(path);
    await git(path, 'update-server-info');
    const expected = `Basic ${Buffer.from('me:s3cret').toString('base64')}`;
    const server = createServer((request, response) => {
      if (request.headers.authorization !== expected) {
        response.writeHead(401).end();
        return;
      }
      readFile(join(path, '.git', normalize(new URL(request.url ?? '/', 'http://x').pathname))).then(
        (bytes) => response.end(bytes),
        () => response.writeHead(404).end(),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const tree = await checkout({ git: `http://me:s3cret@${host}`, commit: wanted });
      expect(await readFile(join(tree, 'a'), 'utf8')).toBe('x');
      const failure: unknown = await checkout({ git: `http://me:wr0ng@${host}/x`, commit: wanted }).catch(
        (error: unknown) => error,
      );
      expect(failure).toMatchObject({ code: 'fetch-failed' });
      expect(String(failure)).not.toContain('wr0ng');
      const kept = await readFile(
        join(folder, 'cache/git', (await readdir(join(folder, 'cache/git')))[0]!, 'config'),
        'utf8',
      );
      expect(kept).not.toContain('s3cret');
    } finally {
      server.close();
    }
  }, 60_000);
});
