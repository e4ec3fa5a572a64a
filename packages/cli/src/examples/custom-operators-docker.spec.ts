import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { describeIf, oracle, temporaryFolder } from '@wheelwright/testing';
import { execa } from 'execa';
import { engineWith, IMAGE, OLDEST_IMAGE } from '../testing/engine.js';
import { copyExample } from '../testing/repository.js';
import { wheelwright } from '../testing/terminal.js';

const root = await temporaryFolder('custom-operators-docker');

/** Where nothing is compiled yet, zig compiles its own libc++ first, for minutes on a busy machine. */
const COLD = 600_000;
interface Document {
  readonly wheel: string;
  readonly sha256: string;
  readonly platform: string;
}

const needs = [
  { program: 'git' },
  { met: process.arch === 'x64', reason: 'the wheel is for x86_64' },
  await engineWith(IMAGE),
];

describeIf(needs, 'examples/custom-operators, by zig in docker', () => {
  const build = async (folder: string, ...args: string[]): Promise<Document> => {
    await copyExample('custom-operators', folder);
    const command = ['build-wheel', '--store', 'store', '--json', ...args];
    const { exitCode, stdout, stderr } = await wheelwright(folder, command, process.env);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    return JSON.parse(stdout) as Document;
  };
  let inDocker: Document;

  it(
    'has the same bytes as by zig on this host, by changing one flag',
    async () => {
      const local = await build(join(root, 'local'));
      inDocker = await build(join(root, 'docker'), '--runner', 'docker', '--image', IMAGE);
      expect(inDocker.platform).toBe('manylinux_2_17_x86_64');
      expect(inDocker.sha256).toBe(local.sha256);
      expect(await readFile(inDocker.wheel)).toEqual(await readFile(local.wheel));
    },
    COLD,
  );

  it('is manylinux_2_17 or older for auditwheel, which searches no host', async () => {
    const { stdout } = await oracle('auditwheel', ['show', '--json', '--ldpaths=', inDocker.wheel]);
    expect(JSON.parse(stdout)).toMatchObject({ overall_tag: 'manylinux_2_17_x86_64', external_libs: {} });
  });
});

describeIf([...needs, await engineWith(OLDEST_IMAGE)], 'the wheel of examples/custom-operators', () => {
  it(
    'loads in the oldest userland there is, and gives its numbers',
    async () => {
      const folder = join(root, 'oldest');
      await copyExample('custom-operators', folder);
      const built = await wheelwright(folder, ['build-wheel', '--store', 'store', '--json'], process.env);
      const { wheel } = JSON.parse(built.stdout) as Document;
      const script = [
        'import ctypes, os, platform, sys, zipfile',
        'sys.path.insert(0, "/tmp/site"); zipfile.ZipFile(sys.argv[1]).extractall("/tmp/site")',
        'from simpledet_ops import ops',
        'print(platform.libc_ver()[1], ops.relu_scaled([-1.0, 0.5, 2.0]).tolist())',
      ].join('\n');
      const { stdout, stderr } = await execa(
        'docker',
        [
          ...['run', '--rm', '--network=none', '--read-only', '--tmpfs', '/tmp:exec'],
          ...['--mount', `type=bind,source=${wheel},target=/wheel.whl,readonly`, OLDEST_IMAGE],
          ...['python3', '-c', script, '/wheel.whl'],
        ],
        { reject: false },
      );
      expect({ stdout, stderr }).toEqual({ stdout: '2.31 [0.0, 1.0, 4.0]', stderr: '' });
    },
    COLD,
  );
});
