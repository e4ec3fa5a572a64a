import { mkdir, mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { buildElf, temporaryFolder } from '@wheelwright/testing';
import { writeProject } from '../testing/project.js';
import { wheelwright, type Outcome } from '../testing/terminal.js';

const root = await temporaryFolder('artifact-command');
const commit = '73b29fa90d3eac0b1fae403b7583fdd1529942dc';
const cuda = buildElf({
  machine: 'x86_64',
  soname: 'libmxnet.so',
  needed: ['libcudart.so.10.2', 'libc.so.6'],
});
const plain = buildElf({ machine: 'x86_64', soname: 'libmxnet.so', needed: ['libc.so.6'] });

let folder: string;
let environment: NodeJS.ProcessEnv;

beforeEach(async () => {
  folder = await writeProject(await mkdtemp(join(root, 'run-')), 'project', {
    'path/to/libmxnet.so': cuda,
    'path/to/plain.so': plain,
    'path/to/license1.txt': 'one',
    'path/to/other_licenses/a.txt': 'a',
    'path/to/other_licenses/b.txt': 'b',
    'path/to/dependencies/libxxx.so': 'x',
    'path/to/dependencies/libyyy.so': 'y',
  });
  environment = { WHEELWRIGHT_STORE: join(folder, 'store'), MXNET_SHA: commit };
});

async function artifact(line: string, env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  return wheelwright(folder, ['artifact', ...line.split(' ').filter(Boolean)], { ...environment, ...env });
}

const seedPush =
  '--push --static --os ubuntu16.04 --libmxnet path/to/libmxnet.so --licenses path/to/license1.txt path/to/other_licenses/*.txt --dependencies path/to/dependencies/*.so';

describe('artifact', () => {
  it('takes the command lines of the script word for word', async () => {
    expect(await artifact(seedPush)).toMatchObject({ exitCode: 0, stderr: expect.any(String) });
    const pulled = await artifact('--pull --static --os ubuntu16.04 --variant=cu102 ./dist');
    expect(pulled).toMatchObject({ exitCode: 0 });
    const files = await readdir(join(folder, 'dist'), { recursive: true });
    expect(files.sort()).toEqual([
      'dependencies',
      'dependencies/libxxx.so',
      'dependencies/libyyy.so',
      'libmxnet.meta',
      'libmxnet.so',
      'licenses',
      'licenses/a.txt',
      'licenses/b.txt',
      'licenses/license1.txt',
    ]);
    expect((await readFile(join(folder, 'dist/libmxnet.so'))).equals(cuda)).toBe(true);
    const meta = await readFile(join(folder, 'dist/libmxnet.meta'), 'utf8');
    expect(meta).toMatch(new RegExp(`^commit=${commit}\n`));
    expect(meta).toContain('\nvariant=cu102\n');
    expect(meta).toContain('\nlinking=static\n');
    await stat(join(folder, 'store', commit, 'ubuntu16.04/cu102/static/libmxnet.so'));
  });

  it('pushes a dynamic library alone, and says what it pushed as JSON', async () => {
    const { exitCode, stdout } = await artifact(
      '--push --dynamic --libmxnet path/to/plain.so --git-sha 0123456789012345678901234567890123456789 --os centos7 --json',
    );
    expect(exitCode).toBe(0);
    const prefix = '0123456789012345678901234567890123456789/centos7/native/dynamic/';
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'wheelwright/artifact@1',
      status: 'created',
      id: { os: 'centos7', variant: 'native', linking: 'dynamic', branch: null, python: null },
      prefix,
      url: `${pathToFileURL(join(folder, 'store')).href}/${prefix}`,
      files: [
        { name: 'plain.so', role: 'library', size: plain.length, key: `${prefix}plain.so` },
        { name: 'plain.meta', role: 'meta' },
      ],
    });
  });

  it('needs to be told the linking, and a pull the variant', async () => {
    expect(await artifact('push path/to/libmxnet.so')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('--static or --dynamic'),
    });
    expect(await artifact('pull --static ./dist')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('--variant'),
    });
    expect(await artifact('pull --static --dynamic --variant cpu ./dist')).toMatchObject({ exitCode: 2 });
    expect(await artifact('pull push')).toMatchObject({ exitCode: 2 });
    expect(await artifact('')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('push, pull') });
    expect(await artifact('fetch')).toMatchObject({ exitCode: 2 });
  });

  it('contradicts a variant that the library is not', async () => {
    const outcome = await artifact('push --static --variant cpu --libmxnet path/to/libmxnet.so');
    expect(outcome).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('cu102') });
    // Its bytes may have been on their way already.
    expect((await artifact('list')).stdout).toContain('no artifacts');
    expect((await artifact('gc --older-than 0s')).stdout).toContain('nothing to remove');
  });

  it('warns where the library needs what does not come along, though it was said to be static', async () => {
    await writeProject(folder, '.', {
      'path/to/needy.so': buildElf({
        machine: 'x86_64',
        soname: 'needy.so',
        needed: ['libopenblas.so.0', 'libc.so.6'],
      }),
      'path/to/libopenblas.so.0': 'the other library',
    });
    const push = '--push --static --os ubuntu16.04 --libmxnet path/to/needy.so';
    const alone = await artifact(push);
    expect(alone).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('libopenblas.so.0 is needed'),
    });
    const together = await artifact(`${push} --branch b --dependencies path/to/libopenblas.so.0`);
    expect(together).toMatchObject({ exitCode: 0, stderr: expect.not.stringContaining('is needed') });
    const dynamic = await artifact(
      '--push --dynamic --os ubuntu16.04 --libmxnet path/to/plain.so --variant native',
    );
    expect(dynamic).toMatchObject({ exitCode: 0, stderr: expect.stringContaining("'dynamic' was said") });
  });

  it('tells which artifacts of the commit there are when the asked one is not (4)', async () => {
    await artifact(seedPush);
    const outcome = await artifact('--pull --static --os ubuntu16.04 --variant=cpu ./dist');
    expect(outcome.exitCode).toBe(4);
    expect(outcome.stderr).toContain(`${commit}/ubuntu16.04/cu102/static/`);
  });

  it('refuses other bytes under the same identity (5), unless they may replace', async () => {
    await artifact(seedPush);
    expect(await artifact(seedPush)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('unchanged'),
    });
    await writeFile(join(folder, 'path/to/license1.txt'), 'other');
    expect(await artifact(seedPush)).toMatchObject({
      exitCode: 5,
      stderr: expect.stringContaining('--replace'),
    });
    expect(await artifact(`${seedPush} --replace`)).toMatchObject({ exitCode: 0 });
  });

  it('refuses what names no file, names that collide, and a push without licences if told so', async () => {
    const missing = await artifact(seedPush.replace('license1.txt', 'licence1.txt'));
    expect(missing).toMatchObject({
      exitCode: 4,
      stderr: expect.stringContaining('licence1.txt matches no file'),
    });
    await mkdir(join(folder, 'again'));
    await writeFile(join(folder, 'again/license1.txt'), 'another');
    const colliding = await artifact(`${seedPush} --licenses path/to/license1.txt again/license1.txt`);
    expect(colliding).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('licenses/license1.txt'),
    });
    const bare = '--push --static --libmxnet path/to/plain.so --require-licenses';
    expect(await artifact(bare)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('--licenses'),
    });
    expect(await readdir(folder)).not.toContain('store');
  });

  it('lists, shows, verifies and removes', async () => {
    await artifact(seedPush);
    const prefix = `${commit}/ubuntu16.04/cu102/static/`;
    expect((await artifact('list')).stdout).toContain(`${prefix}  7 files`);
    expect(JSON.parse((await artifact('list --variant cu102 --json')).stdout)).toMatchObject({
      schema: 'wheelwright/artifact-list@1',
      results: [{ prefix, state: 'whole', files: 7, id: { variant: 'cu102' } }],
    });
    expect((await artifact('list --variant cpu')).stdout).toContain('no artifacts');
    expect(JSON.parse((await artifact(`show ${prefix} --json`)).stdout)).toMatchObject({
      prefix,
      state: 'whole',
    });
    expect(await artifact(`verify ${prefix}`)).toMatchObject({ exitCode: 0 });
    await writeFile(join(folder, 'store', prefix, 'licenses/a.txt'), 'z');
    const verified = await artifact(`verify ${prefix} --json`);
    expect(verified.exitCode).toBe(1);
    expect(JSON.parse(verified.stdout)).toMatchObject({
      ok: false,
      problems: [expect.stringContaining('licenses/a.txt has the sha256')],
    });
    expect((await artifact(`show ${prefix}`)).stdout).toContain('✗ licenses/a.txt has the sha256');
    expect((await artifact(`rm ${prefix} --dry-run`)).stdout).toContain(
      `would remove ${prefix}libmxnet.meta`,
    );
    expect(await artifact(`rm ${prefix}`)).toMatchObject({ exitCode: 0 });
    expect(await artifact(`show ${prefix}`)).toMatchObject({ exitCode: 4 });
    expect(await artifact(`rm ${prefix}`)).toMatchObject({ exitCode: 4 });
    expect(await artifact('show elsewhere/')).toMatchObject({ exitCode: 2 });
  });

  it('collects what killed pushes left, by its age', async () => {
    const stray = join(folder, 'store', commit, 'ubuntu16.04/cpu/static/libmxnet.so');
    await mkdir(join(stray, '..'), { recursive: true });
    await writeFile(stray, 'of a push that died');
    expect((await artifact('gc')).stdout).toContain('nothing to remove');
    expect((await artifact('gc --older-than 0s --dry-run')).stdout).toContain(
      'would remove unfinished artifact',
    );
    expect(JSON.parse((await artifact('gc --older-than 0s --json')).stdout)).toMatchObject({
      removed: [{ kind: 'unfinished-artifact' }],
    });
    await expect(stat(stray)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await artifact('gc --older-than soon')).toMatchObject({ exitCode: 2 });
  });

  it('finds its store: flags before the environment, the environment before the project', async () => {
    await writeProject(folder, '.', {
      'pyproject.toml':
        '[project]\nname = "a"\nversion = "1"\n[tool.wheelwright.store]\nurl = "of-the-project"\n',
    });
    const none = { WHEELWRIGHT_STORE: '' };
    const project = pathToFileURL(join(folder, 'of-the-project')).href;
    expect(JSON.parse((await artifact('list --json', none)).stdout)).toMatchObject({ store: `${project}/` });
    const flag = pathToFileURL(join(folder, 'of-the-flag')).href;
    expect(JSON.parse((await artifact('list --json --store of-the-flag')).stdout)).toMatchObject({
      store: `${flag}/`,
    });
    const bucket = await artifact('list', { ...none, ARTIFACT_REPOSITORY_BUCKET: 'Not a bucket' });
    expect(bucket).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('s3://Not a bucket') });
  });

  it('pushes and pulls in the layout of the script', async () => {
    await artifact(`${seedPush} --layout mxnet`);
    await stat(join(folder, 'store', commit, 'static/ubuntu16.04/cu102/libmxnet.so'));
    expect(
      await artifact('--pull --static --os ubuntu16.04 --variant=cu102 --layout mxnet ./dist'),
    ).toMatchObject({ exitCode: 0 });
  });
});
