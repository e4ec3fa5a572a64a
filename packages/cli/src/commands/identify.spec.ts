import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { pushArtifact } from '@wheelwright/artifact';
import { openStore } from '@wheelwright/store';
import { buildElf, describeIf, temporaryFolder } from '@wheelwright/testing';
import { writeProject } from '../testing/project.js';
import { commitAll } from '../testing/repository.js';
import { wheelwright } from '../testing/terminal.js';

const root = await temporaryFolder('identify');
const bare = { PATH: '/usr/bin:/bin' };
const identify = (folder: string, args: readonly string[], env: Record<string, string> = {}) =>
  wheelwright(folder, ['identify', ...args], { ...bare, ...env });
const commit = 'a'.repeat(40);
const other = 'b'.repeat(40);
const container = await writeProject(root, 'container', {
  'etc/os-release': 'ID="centos"\nVERSION_ID="7"\n',
});
const plain = await writeProject(root, 'plain', {
  'libmxnet.so': buildElf({ needed: ['libc.so.6', 'libcudart.so.10.2', 'libopenblas.so.0', 'libgomp.so.1'] }),
  'libopenblas.so.0': buildElf({}),
  'lonely.so': buildElf({ needed: ['libc.so.6', 'ld-linux-x86-64.so.2'] }),
  'cu12.so': buildElf({ needed: ['libcudart.so.12'] }),
});

describe('identify', () => {
  it('gives one document with every word and where it comes from', async () => {
    const args = [
      '--json',
      '--git-sha',
      commit,
      '--branch',
      'v1.x',
      '--root',
      container,
      '--static',
      'libmxnet.so',
    ];
    const { exitCode, stdout } = await identify(plain, args);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'wheelwright/identify@1',
      path: 'libmxnet.so',
      id: { commit, os: 'centos7', variant: 'cu102', linking: 'static', branch: 'v1.x', python: null },
      origins: {
        commit: { source: 'flag', detail: '--git-sha' },
        os: { source: 'os-release', detail: '/etc/os-release' },
        variant: { source: 'library', detail: 'libmxnet.so' },
        linking: { source: 'flag', detail: '--static' },
        branch: { source: 'flag', detail: '--branch' },
      },
      dirty: null,
      linking: {
        said: 'static',
        external: [
          { name: 'libcudart.so.10.2', brought: false, origin: 'cuda', neededBy: ['libmxnet.so'] },
          { name: 'libopenblas.so.0', brought: true, origin: 'other' },
          { name: 'libgomp.so.1', brought: false, origin: 'other' },
        ],
        contradiction: expect.stringContaining('libgomp.so.1 is needed'),
      },
      variant: { variant: 'cu102', evidence: expect.any(Array) },
      missing: [],
    });
  });

  it('prints a table, and warns where the evidence is against what was said', async () => {
    const { exitCode, stdout, stderr } = await identify(plain, [
      '--git-sha',
      commit,
      '--os',
      'x1',
      '--dynamic',
      'lonely.so',
    ]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`commit   ${commit}  (flag: --git-sha)`);
    expect(stdout).toContain('os       x1  (flag: --os)');
    expect(stdout).toContain('linking  dynamic  (flag: --dynamic)');
    expect(stderr).toContain("warning: 'dynamic' was said, but nothing beyond the system's own");
  });

  it('takes the commit of a variable, in the order that is asked for', async () => {
    const env = { MXNET_SHA: commit, GIT_COMMIT: other, MY_SHA: other };
    const id = async (args: readonly string[]) =>
      (
        JSON.parse((await identify(plain, ['--json', '--root', container, ...args], env)).stdout) as {
          id: object;
        }
      ).id;
    expect(await id([])).toMatchObject({ commit });
    expect(await id(['--commit-env', 'MY_SHA,MXNET_SHA'])).toMatchObject({ commit: other });
  });

  it('takes the order of the configuration, which the flags overrule', async () => {
    const folder = await writeProject(root, 'configured', {
      'pyproject.toml': '[tool.wheelwright.identity]\ncommit-env = ["MY_SHA"]\nbranch-env = ["MY_BRANCH"]\n',
    });
    const env = { GIT_COMMIT: commit, MY_SHA: other, MY_BRANCH: 'mine', BRANCH_NAME: 'main' };
    const configured = await identify(folder, ['--json', '--os', 'x1'], env);
    expect(JSON.parse(configured.stdout)).toMatchObject({ id: { commit: other, branch: 'mine' } });
    const flagged = await identify(folder, ['--json', '--os', 'x1', '--commit-env', 'GIT_COMMIT'], env);
    expect(JSON.parse(flagged.stdout)).toMatchObject({ id: { commit } });
    await writeProject(root, 'misconfigured', { 'pyproject.toml': '[tool.wheelwright]\nidentity = 7\n' });
    expect(await identify(join(root, 'misconfigured'), [])).toMatchObject({ exitCode: 2, stdout: '' });
  });

  it('fails without a commit, and shows what it has found', async () => {
    const { exitCode, stdout, stderr } = await identify(plain, ['--os', 'x1', '--json']);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(
      /error: the commit is not known .*\nhint: .*--git-sha, or set MXNET_SHA or GIT_COMMIT/,
    );
    expect(JSON.parse(stdout)).toMatchObject({
      id: { commit: null, os: 'x1' },
      missing: [{ word: 'commit', hint: expect.any(String) }],
    });
  });

  it.each([
    ['a commit that is none', ['--git-sha', 'main'], {}, 'main'],
    ['a variable that is none', [], { GIT_COMMIT: 'origin/main' }, 'GIT_COMMIT'],
    ['an operating system that is none', ['--os', 'a/b'], {}, 'a/b'],
    ['a branch that is none', ['--branch', 'a..b'], {}, 'a..b'],
    ['both kinds of linking', ['--static', '--dynamic'], {}, 'exclude'],
    ['a root that is none', ['--root', 'nowhere'], {}, 'nowhere'],
    ['a list that is none', ['--commit-env', 'A,,B'], {}, 'names'],
  ])('refuses %s', async (_, args, env, says) => {
    const { exitCode, stdout, stderr } = await identify(plain, args, env);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(says);
  });

  it('fails where the version of CUDA is not known, unless it is said', async () => {
    const args = ['--git-sha', commit, '--os', 'x1', 'cu12.so', '--json'];
    expect(await identify(plain, args)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('--variant'),
    });
    const said = await identify(plain, [...args, '--variant', 'cu124']);
    expect(said.exitCode).toBe(0);
    expect(JSON.parse(said.stdout)).toMatchObject({ id: { variant: 'cu124' } });
  });
});

describeIf([{ program: 'git' }], 'identify in a repository', () => {
  let head: string;
  let folder: string;
  beforeAll(async () => {
    folder = await writeProject(root, 'repository', { 'a.txt': 'one\n' });
    head = await commitAll(folder);
  });

  it('takes its commit and branch, and tells of changes', async () => {
    const clean = JSON.parse((await identify(folder, ['--json', '--os', 'x1'])).stdout) as object;
    expect(clean).toMatchObject({
      id: { commit: head, variant: null },
      dirty: false,
      warnings: [],
      missing: [],
    });
    await writeFile(join(folder, 'a.txt'), 'two\n');
    const { stdout, stderr } = await identify(folder, ['--os', 'x1']);
    expect(stdout).toContain(`${head} and changes that are in no commit`);
    expect(stderr).toContain('warning: The tree has changes that are not in the commit.');
  });
});

describe('identify of an artifact', () => {
  /** The folder of an artifact, as a pull leaves it: the keys of a store are its files. */
  async function artifact(name: string, variant: string): Promise<string> {
    const store = join(root, `${name}-store`);
    const { artifact } = await pushArtifact(openStore(store), {
      id: { commit, os: 'ubuntu16.04', variant, linking: 'static', branch: null, python: null },
      library: { path: join(plain, 'libmxnet.so'), name: 'libmxnet.so' },
      files: [{ path: join(plain, 'libopenblas.so.0'), name: 'libopenblas.so.0', role: 'dependency' }],
      tool: 'test',
      created: new Date(0),
    });
    return join(store, artifact.prefix);
  }

  it('takes the words of its meta file, which the flags overrule', async () => {
    const folder = await artifact('good', 'cu102');
    const { exitCode, stdout } = await identify(plain, ['--json', folder], { GIT_COMMIT: other });
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      id: { commit, os: 'ubuntu16.04', variant: 'cu102', linking: 'static' },
      origins: { commit: { source: 'meta' }, variant: { source: 'meta' } },
      linking: {
        external: expect.arrayContaining([
          expect.objectContaining({ name: 'libopenblas.so.0', brought: true }),
        ]),
      },
      variant: { library: 'libmxnet.so', variant: 'cu102' },
    });
    const flagged = await identify(plain, ['--json', '--os', 'centos7', '--git-sha', other, folder]);
    expect(JSON.parse(flagged.stdout)).toMatchObject({ id: { commit: other, os: 'centos7' } });
  });

  it('says no where the library is not the variant of its meta file', async () => {
    const { exitCode, stderr } = await identify(plain, [await artifact('bad', 'cu101')]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      "the meta file and the library contradict: 'cu101' was requested, and libmxnet.so is cu102",
    );
  });

  it('refuses a meta file that is none', async () => {
    const folder = await writeProject(root, 'malformed', {
      'libmxnet.so': buildElf({}),
      'libmxnet.meta': 'x',
    });
    expect(await identify(plain, [folder])).toMatchObject({ exitCode: 2 });
  });
});
