import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { describeIf, oracle, repositoryRoot, temporaryFolder } from '@wheelwright/testing';
import { copyExample } from '../testing/repository.js';
import { wheelwright } from '../testing/terminal.js';

const root = await temporaryFolder('mxnet-operators');
const isX86 = { met: process.arch === 'x64', reason: 'the published MXNet is for x86_64' };

describeIf([{ program: 'cmake' }, { program: 'git' }, isX86], 'examples/mxnet-operators', () => {
  const folder = join(root, 'project');
  const wheel = join(
    folder,
    'dist/mxnet_operators-1.0.0-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
  );

  const build = async (name: string, to: string, ...args: string[]): Promise<void> => {
    await copyExample(name, to);
    const outcome = await wheelwright(to, ['build-wheel', '--store', 'store', ...args], process.env);
    expect(outcome).toMatchObject({ exitCode: 0 });
  };

  it('is compiled for glibc 2.17, and auditwheel agrees', async () => {
    await build('mxnet-operators', folder, '--source-snapshot');
    const { stdout } = await oracle('auditwheel', ['show', '--json', '--ldpaths=', wheel]);
    expect(JSON.parse(stdout)).toMatchObject({ overall_tag: 'manylinux_2_17_x86_64', external_libs: {} });
    const snapshot = await readFile(join(folder, 'dist/compiled/mxnet-operators/source.zip'));
    expect(snapshot.toString('latin1')).toContain('source/src/lib_api.cc');
  });

  it('registers its operators with the published library, and they give the right numbers', async () => {
    const prebuilt = join(root, 'prebuilt');
    await build('prebuilt-mxnet', prebuilt);
    const environment = join(root, 'environment');
    await oracle('python', ['-m', 'venv', environment]);
    const python = join(environment, 'bin/python');
    expect(await oracle(python, ['-m', 'pip', 'install', '--no-index', wheel])).toMatchObject({
      exitCode: 0,
    });
    const library = join(prebuilt, 'dist/compiled/prebuilt-mxnet/libraries/lib/libmxnet.so');
    const check = join(repositoryRoot, 'examples/mxnet-operators/tests/check.py');
    expect(await oracle(python, [check, library])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^operators (\d+) -> \d+, results right$/),
    });
  });
});
