import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { compileLibrary, describeIf, oracle, temporaryFolder } from '@wheelwright/testing';
import { copyExample } from '../testing/repository.js';
import { wheelwright } from '../testing/terminal.js';

// With the published library of 49 MB: prebuilt-mxnet.published.spec.ts.

const root = await temporaryFolder('prebuilt-mxnet');
const isX86 = { met: process.arch === 'x64', reason: 'the wheel is for x86_64' };

/** What the published wheel has at the places that the example looks at, each a few lines long. */
async function smallWheel(): Promise<{ path: string; sha256: string }> {
  const folder = join(root, 'wheel', 'mxnet');
  await mkdir(folder, { recursive: true });
  // By these names the real one is told to have oneDNN.
  await compileLibrary(folder, 'libmxnet', 'int _ZN4dnnl4impl4initEv(void) { return 0; }', ['-s']);
  for (const [name, soname] of [
    ['libgfortran', 'libgfortran.so.3'],
    ['libopenblas', 'libopenblas.so.0'],
  ] as const) {
    const library = await compileLibrary(folder, name, 'int zero(void) { return 0; }', ['-s']);
    await writeFile(join(folder, soname), await readFile(library));
  }
  const path = join(root, 'mxnet-1.9.1-py3-none-any.whl');
  await oracle('python', ['-m', 'zipfile', '-c', path, folder]);
  return {
    path,
    sha256: createHash('sha256')
      .update(await readFile(path))
      .digest('hex'),
  };
}

describeIf(
  [{ program: 'git' }, { program: 'gcc' }, isX86],
  'examples/prebuilt-mxnet, of a small library',
  () => {
    it('packs the libraries of an archive beside its Python code, and keeps them as an artifact', async () => {
      const { path, sha256 } = await smallWheel();
      const folder = join(root, 'project');
      const commit = await copyExample('prebuilt-mxnet', folder);
      const file = join(folder, 'pyproject.toml');
      const text = (await readFile(file, 'utf8'))
        .replace('pypi = "mxnet==1.9.1"', `archive = ${JSON.stringify(path)}`)
        .replace(/^sha256 = .*/m, `sha256 = "${sha256}"`)
        .replace(/^subdir = .*\n/m, '');
      await writeFile(file, text);
      const { exitCode, stdout, stderr } = await wheelwright(folder, [
        'build-wheel',
        '--store',
        'store',
        '--json',
      ]);
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
      const document = JSON.parse(stdout) as { wheel: string; variant: string };
      expect(document).toMatchObject({ distribution: 'prebuilt_mxnet', variant: 'cpu' });
      const { stdout: names } = await oracle('python', ['-m', 'zipfile', '-l', document.wheel]);
      for (const name of ['libmxnet.so', 'libgfortran.so.3', 'libopenblas.so.0'])
        expect(names).toContain(`prebuilt_mxnet/lib/${name}`);
      expect(names).not.toContain('libgfortran.so ');
      expect(await readdir(join(folder, 'store'))).toContain(commit);
    });
  },
);
