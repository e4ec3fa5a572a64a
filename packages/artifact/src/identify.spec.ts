import { chmod, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it } from '@jest/globals';
import { describeIf, temporaryFolder } from '@wheelwright/testing';
import { execa } from 'execa';
import { readGit } from './git.js';
import { identifyBuild } from './identify.js';

const scratch = await temporaryFolder('identify');
const home = join(scratch, 'home');
await mkdir(home);
/** No configuration of this machine, and no repository above the temporary folder. */
const environment = {
  PATH: process.env['PATH'],
  HOME: home,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CEILING_DIRECTORIES: scratch,
};

let folder: string;
const git = async (...args: string[]): Promise<string> => {
  const identity = [
    '-c',
    'user.name=Test',
    '-c',
    'user.email=test@example.org',
    '-c',
    'commit.gpgsign=false',
  ];
  const { stdout } = await execa('git', ['-C', folder, ...identity, ...args], {
    env: environment,
    extendEnv: false,
  });
  return stdout;
};

describeIf([{ program: 'git' }], 'a real git repository', () => {
  let head: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(scratch, 'repository-'));
    await git('init', '--quiet', '--initial-branch=main');
    await writeFile(join(folder, 'file'), 'one\n');
    await git('add', 'file');
    await git('commit', '--quiet', '--message', 'one');
    head = await git('rev-parse', 'HEAD');
  });

  it('tells commit, branch and a clean tree, also from a folder inside', async () => {
    const expected = { state: 'repository', commit: head, branch: 'main', dirty: false };
    expect(await readGit(folder, { environment })).toEqual(expected);
    await mkdir(join(folder, 'inside'));
    await writeFile(join(folder, 'inside/untracked'), '');
    expect(await readGit(join(folder, 'inside'), { environment })).toEqual(expected);
  });

  it('tells a dirty tree, staged or not', async () => {
    await writeFile(join(folder, 'file'), 'two\n');
    expect(await readGit(folder, { environment })).toMatchObject({ commit: head, dirty: true });
    await git('add', 'file');
    expect(await readGit(folder, { environment })).toMatchObject({ commit: head, dirty: true });
  });

  it('tells a branch with a slash, and none on a detached head', async () => {
    await git('checkout', '--quiet', '-b', 'feature/x');
    expect(await readGit(folder, { environment })).toMatchObject({ branch: 'feature/x' });
    await git('checkout', '--quiet', '--detach');
    expect(await readGit(folder, { environment })).toMatchObject({ branch: undefined, commit: head });
  });

  it('tells a repository without a commit', async () => {
    folder = await mkdtemp(join(scratch, 'empty-'));
    await git('init', '--quiet');
    expect(await readGit(folder, { environment })).toEqual({ state: 'no-commit' });
  });

  it('tells a folder without a repository', async () => {
    const plain = await mkdtemp(join(scratch, 'plain-'));
    expect(await readGit(plain, { environment })).toEqual({ state: 'not-a-repository' });
  });

  it('tells a folder that is not there', async () => {
    const missing = await readGit(join(scratch, 'missing'), { environment });
    expect(missing).toEqual({ state: 'git-refused', message: expect.stringContaining('cannot change to') });
  });

  it('asks for the repository of the folder, not of a git hook that runs us', async () => {
    const elsewhere = { ...environment, GIT_DIR: join(scratch, 'elsewhere/.git'), GIT_WORK_TREE: scratch };
    expect(await readGit(folder, { environment: elsewhere })).toMatchObject({ commit: head });
  });

  it('starts no program that the repository names', async () => {
    const trap = join(folder, 'trap');
    await writeFile(trap, `#!/bin/sh\necho run > '${folder}/ran'\n`);
    await chmod(trap, 0o755);
    await git('config', 'core.fsmonitor', trap);
    expect(await readGit(folder, { environment })).toMatchObject({ commit: head });
    await expect(readFile(join(folder, 'ran'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('stops when told to', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(readGit(folder, { environment, signal })).rejects.toThrow('enough');
  });

  const readText = (path: string) =>
    Promise.resolve(path === '/usr/lib/os-release' ? 'ID=debian\nVERSION_ID="12"\n' : undefined);

  it('gives a whole identity with its origins', async () => {
    expect(await identifyBuild({ folder, environment, platform: 'linux', readText })).toEqual({
      commit: { found: true, value: head, from: { source: 'git', detail: 'HEAD' } },
      branch: { found: true, value: 'main', from: { source: 'git', detail: 'HEAD' } },
      os: { found: true, value: 'debian12', from: { source: 'os-release', detail: '/usr/lib/os-release' } },
      dirty: false,
      notes: [],
    });
  });

  it('notes a dirty tree, another commit than HEAD, and a rolling release', async () => {
    await writeFile(join(folder, 'file'), 'two\n');
    const identity = await identifyBuild({
      folder,
      environment: { ...environment, GITHUB_SHA: 'e'.repeat(40) },
      platform: 'linux',
      readText: () => Promise.resolve('ID=arch\n'),
    });
    expect(identity).toMatchObject({ dirty: true, commit: { value: 'e'.repeat(40) } });
    expect(identity.notes).toEqual([
      'The tree has changes that are not in the commit.',
      `GITHUB_SHA says ${'e'.repeat(40)}, but HEAD is ${head}.`,
      '/etc/os-release has no VERSION_ID: arch is a rolling release.',
    ]);
  });

  it('reads no os-release where it is not needed', async () => {
    const refuse = () => Promise.reject(new Error('read'));
    const flagged = await identifyBuild({
      folder,
      environment,
      platform: 'linux',
      os: 'centos7',
      readText: refuse,
    });
    expect(flagged.os).toMatchObject({ value: 'centos7' });
    const darwin = await identifyBuild({ folder, environment, platform: 'darwin', readText: refuse });
    expect(darwin.os).toMatchObject({ value: 'darwin' });
  });
});

it('tells that git is missing', async () => {
  const nowhere = { ...environment, PATH: join(scratch, 'nowhere') };
  expect(await readGit(scratch, { environment: nowhere })).toEqual({ state: 'git-missing' });
});
