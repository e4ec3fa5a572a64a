import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '@wheelwright/testing';
import { execa } from 'execa';
import { pyproject, writeProject } from '../testing/project.js';
import { wheelwright } from '../testing/terminal.js';

const root = await temporaryFolder('doctor');

interface Document {
  readonly ok: boolean;
  readonly missing: readonly string[];
  readonly findings: readonly {
    name: string;
    status: string;
    version: string | null;
    detail: string;
    needed: boolean;
  }[];
}

async function examine(
  folder: string,
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<{
  exitCode: number;
  document: Document;
  finding: (name: string) => Document['findings'][number] | undefined;
}> {
  const { exitCode, stdout } = await wheelwright(folder, ['doctor', '--json'], env);
  const document = JSON.parse(stdout) as Document;
  return { exitCode, document, finding: (name) => document.findings.find((each) => each.name === name) };
}

/** Has variables of AWS in this process for a while, and no others of AWS. */
async function withAws<T>(env: Readonly<Record<string, string>>, act: () => Promise<T>): Promise<T> {
  const before = process.env;
  const others = Object.entries(before).filter(([name]) => !name.startsWith('AWS_'));
  process.env = { ...Object.fromEntries(others), ...env };
  try {
    return await act();
  } finally {
    process.env = before;
  }
}

const COMPILE = '[tool.wheelwright.compile]\ntoolchain = "host"\nbuild-system = "make"';

describe('doctor', () => {
  it('finds what is here, with the versions that the programs say themselves', async () => {
    const { exitCode, document, finding } = await examine(root);
    expect(exitCode).toBe(0);
    expect(document).toMatchObject({ schema: 'wheelwright/doctor@1', ok: true, missing: [] });
    const { stdout } = await execa('python3', ['-c', 'import platform; print(platform.python_version())']);
    expect(finding('python3')).toMatchObject({ status: 'here', version: stdout });
    const git = await execa('git', ['--version']);
    expect(git.stdout).toContain(finding('git')?.version ?? 'none');
  });

  it('finds nothing on an empty PATH, and asks for nothing without a project', async () => {
    const { exitCode, document } = await examine(root, { PATH: root, HOME: root });
    expect(exitCode).toBe(0);
    expect(new Set(document.findings.map(({ status }) => status))).toEqual(
      new Set(['missing', 'installed-on-demand']),
    );
  });

  it('ends with 3 where the project needs what is missing', async () => {
    const folder = await writeProject(root, 'needs', { 'pyproject.toml': pyproject(COMPILE) });
    const { exitCode, document } = await examine(folder, { PATH: folder });
    expect(exitCode).toBe(3);
    expect(document).toMatchObject({ ok: false, missing: ['gcc', 'g++', 'make'] });
    const { stdout } = await wheelwright(folder, ['doctor'], { PATH: folder });
    expect(stdout).toContain('✗ this project needs gcc, g++, make');
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });

  it.each([
    ['docker', 'docker'],
    ['docker"\nengine = "podman', 'podman'],
    ['slurm"\nshared = "shared', 'slurm'],
  ])('needs what the runner %j asks for', async (runner, name) => {
    const table = `${COMPILE.replace('host', 'gcc')}\nimage = "any:1"\nrunner = "${runner}"`;
    const folder = await writeProject(root, `runner-${name}`, { 'pyproject.toml': pyproject(table) });
    const { exitCode, document } = await examine(folder, { PATH: folder });
    expect({ exitCode, missing: document.missing }).toEqual({ exitCode: 3, missing: [name] });
  });

  it('needs Python where zig has yet to come', async () => {
    const table = '[tool.wheelwright.compile]\nbuild-system = "cmake"';
    const folder = await writeProject(root, 'zig', { 'pyproject.toml': pyproject(table) });
    const { exitCode, document } = await examine(folder, { PATH: folder, WHEELWRIGHT_CACHE: folder });
    expect(exitCode).toBe(3);
    expect(document.missing).toEqual(['python3']);
  });

  it('waits for nobody: programs that hang or fail are broken, and all is over in time', async () => {
    const bin = join(root, 'bin');
    await mkdir(bin);
    for (const [name, script] of [
      ['docker', 'exec sleep 30'],
      ['sinfo', 'echo "unable to contact the controller" >&2; exit 1'],
    ] as const) {
      await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`);
      await chmod(join(bin, name), 0o755);
    }
    const start = performance.now();
    const { finding } = await examine(root, { PATH: `${bin}:/bin:/usr/bin` });
    expect(performance.now() - start).toBeLessThan(5000);
    expect(finding('docker')).toMatchObject({ status: 'broken', detail: 'no answer in 1.5 s' });
    expect(finding('slurm')).toMatchObject({ status: 'broken', detail: 'unable to contact the controller' });
  });

  it('says where credentials come from and never what they are; a store must answer', async () => {
    const store = '[tool.wheelwright.store]\nurl = "s3://bucket-of-nobody/x"';
    const folder = await writeProject(root, 'store', { 'pyproject.toml': pyproject(store) });
    const env = {
      AWS_ACCESS_KEY_ID: 'AKIDSECRET',
      AWS_SECRET_ACCESS_KEY: 'wordofsecret',
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9',
    };
    // The AWS SDK reads the process's own.
    const { exitCode, document, finding } = await withAws(env, () => examine(folder, env));
    expect(exitCode).toBe(3);
    expect(document.missing).toEqual(['store']);
    expect(finding('aws credentials')).toMatchObject({
      status: 'here',
      detail: 'from environment variables',
    });
    expect(JSON.stringify(document)).not.toMatch(/AKIDSECRET|wordofsecret/);
  });

  it.each([
    ['keys', 'here', /^from .*\/credentials, profile keys$/],
    ['lost', 'broken', /\/credentials, profile lost gives none$/],
  ])('asks for the credentials of the profile %s: they are %s', async (profile, status, detail) => {
    const file = join(root, 'credentials');
    await writeFile(file, '[keys]\naws_access_key_id = AKIDSECRET\naws_secret_access_key = wordofsecret\n');
    const env = {
      AWS_SHARED_CREDENTIALS_FILE: file,
      AWS_CONFIG_FILE: join(root, 'none'),
      AWS_PROFILE: profile,
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    const { document, finding } = await withAws(env, () => examine(root, env));
    expect(finding('aws credentials')).toMatchObject({ status, detail: expect.stringMatching(detail) });
    expect(JSON.stringify(document)).not.toMatch(/AKIDSECRET|wordofsecret/);
  });

  it('needs a cluster that answers where the project is compiled in one', async () => {
    const table = '[tool.wheelwright.compile]\nrunner = "kubernetes"\nimage = "x"\nbuild-system = "make"';
    const folder = await writeProject(root, 'cluster', { 'pyproject.toml': pyproject(table) });
    const without = await examine(folder, { HOME: folder });
    expect(without.exitCode).toBe(3);
    expect(without.document.missing).toEqual(expect.arrayContaining(['kubernetes', 'aws credentials']));
    const config = {
      clusters: [{ name: 'c', cluster: { server: 'http://127.0.0.1:9' } }],
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'c' } }],
      users: [{ name: 'c', user: {} }],
      'current-context': 'c',
    };
    await writeFile(join(folder, 'kubeconfig'), JSON.stringify(config));
    const { finding } = await examine(folder, { KUBECONFIG: join(folder, 'kubeconfig') });
    expect(finding('kubernetes')).toMatchObject({
      status: 'broken',
      needed: true,
      detail: expect.stringContaining('no answer from the API server http://127.0.0.1:9'),
    });
  });

  it('reaches a store that is a folder', async () => {
    const store = '[tool.wheelwright.store]\nurl = "artifacts"';
    const folder = await writeProject(root, 'folder', { 'pyproject.toml': pyproject(store) });
    expect((await examine(folder)).finding('store')).toMatchObject({ status: 'here', needed: true });
  });
});
