import { chmod, cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { oracle, python, temporaryFolder } from '@wheelwright/testing';
import { openPromise } from 'yauzl';
import { bufferSource } from './byte-source.js';
import { packFolder } from './pack.js';
import { refusals } from './testing/acceptance.js';
import { writeSample } from './testing/sample-wheel.js';
import { unpackWheel } from './unpack.js';
import { verifyWheel } from './verify/verify.js';

const root = await temporaryFolder('pack');
let folder: string;
let tree: string;
let out: string;
let count = 0;

beforeEach(async () => {
  folder = join(root, String((count += 1)));
  out = join(folder, 'dist');
  await mkdir(folder);
  ({ folder: tree } = await unpackWheel(await writeSample(folder), folder));
});

const rowsOf = (path: string): Promise<string[]> =>
  python<string[]>(
    `import zipfile
z = zipfile.ZipFile(argv[0])
print(json.dumps(sorted(z.read(next(n for n in z.namelist() if n.endswith('/RECORD'))).decode().split())))`,
    path,
  );

describe('packFolder', () => {
  it('gives the name and the RECORD that `wheel pack` gives', async () => {
    await writeFile(join(tree, 'ops/new.py'), 'new = 1\n');
    const theirs = join(folder, 'theirs');
    await mkdir(theirs);
    await cp(tree, join(folder, 'copy'), { recursive: true });
    const { exitCode, stdout } = await oracle('wheel', ['pack', '--dest-dir', theirs, join(folder, 'copy')]);
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('OK')]);
    const wheel = await packFolder(tree, out);
    expect(wheel.filename).toBe('ops-1.0-py3-none-any.whl');
    expect(await rowsOf(wheel.path)).toEqual(await rowsOf(join(theirs, wheel.filename)));
    const { ok, advice } = await verifyWheel(bufferSource(await readFile(wheel.path)), {
      filename: wheel.filename,
    });
    expect([ok, advice]).toEqual([true, []]);
  });

  it('is accepted by every tool, and yauzl reads back what was there', async () => {
    const { path } = await packFolder(tree, out);
    expect(await refusals(path, join(folder, 'tools'))).toEqual([]);
    const zip = await openPromise(path, { autoClose: false });
    let compared = 0;
    for await (const entry of zip.eachEntry()) {
      const chunks: Buffer[] = [];
      for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
      if (entry.fileName.endsWith('/RECORD')) continue;
      expect(Buffer.concat(chunks).equals(await readFile(join(tree, entry.fileName)))).toBe(true);
      compared += 1;
    }
    zip.close();
    expect(compared).toBe(8);
  });

  it('takes the build number of WHEEL, another one, or none', async () => {
    const first = await packFolder(tree, out, { change: { build: '5' } });
    expect(first.filename).toBe('ops-1.0-5-py3-none-any.whl');
    const again = await unpackWheel(first.path, join(folder, 'again'));
    expect((await packFolder(again.folder, out)).filename).toBe(first.filename);
    expect((await packFolder(again.folder, out, { change: { build: '' } })).filename).toBe(
      'ops-1.0-py3-none-any.whl',
    );
    // The folder itself is left as it was.
    expect(await readFile(join(tree, 'ops-1.0.dist-info/WHEEL'), 'utf8')).not.toContain('Build');
  });

  it('stores a library with several names once, and copies other links', async () => {
    await symlink('libops.so', join(tree, 'ops/lib/libops.so.1'));
    await symlink('libops.so.1', join(tree, 'ops/lib/libops.so.1.0'));
    await symlink('größe.txt', join(tree, 'ops/size.txt'));
    await symlink('lib', join(tree, 'ops/lib64'));
    const { path, links } = await packFolder(tree, out, {
      libraryName: () => Promise.resolve('libops.so.1'),
    });
    expect(links).toEqual([
      {
        name: 'ops/lib/libops.so.1',
        target: 'ops/lib/libops.so',
        stored: 'once',
        storedAs: 'ops/lib/libops.so.1',
      },
      {
        name: 'ops/lib/libops.so.1.0',
        target: 'ops/lib/libops.so',
        stored: 'once',
        storedAs: 'ops/lib/libops.so.1',
      },
      { name: 'ops/lib64', target: 'ops/lib', stored: 'left-out', storedAs: null },
      { name: 'ops/size.txt', target: 'ops/größe.txt', stored: 'copied', storedAs: 'ops/size.txt' },
    ]);
    const names = (await rowsOf(path))
      .map((row) => row.split(',')[0])
      .filter((name) => name?.startsWith('ops/'));
    expect(names).toEqual(['ops/__init__.py', 'ops/größe.txt', 'ops/lib/libops.so.1', 'ops/size.txt']);
    const { links: plain } = await packFolder(tree, out);
    expect(plain[0]?.storedAs).toBe('ops/lib/libops.so');
  });

  it.each([
    ['a file', '/etc/passwd'],
    ['a library', '../../../../libc.so'],
    ['nothing', 'nowhere'],
  ])('follows no link to %s outside', async (_, target) => {
    await writeFile(join(root, 'libc.so'), 'x');
    await symlink(target, join(tree, 'ops/lib/libx.so'));
    await expect(packFolder(tree, out)).rejects.toMatchObject({ code: 'link-leads-out' });
  });

  it.each<[string, string, () => Promise<unknown>]>([
    ['bad-input', 'no dist-info', () => rm(join(tree, 'ops-1.0.dist-info'), { recursive: true })],
    [
      'bad-input',
      'two of them',
      async () => {
        await mkdir(join(tree, 'b-1.0.dist-info'));
        await writeFile(join(tree, 'b-1.0.dist-info/WHEEL'), '');
      },
    ],
    ['bad-input', 'no METADATA', () => rm(join(tree, 'ops-1.0.dist-info/METADATA'))],
    [
      'bad-wheel-file',
      'no tags',
      () => writeFile(join(tree, 'ops-1.0.dist-info/WHEEL'), 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\n'),
    ],
    ['duplicate-name', 'names that differ by case', () => writeFile(join(tree, 'ops/__INIT__.py'), '')],
    ['unsafe-name', 'a backslash', () => writeFile(join(tree, 'ops\\x.py'), '')],
  ])('%s: %s', async (code, _, change) => {
    await change();
    await expect(packFolder(tree, out)).rejects.toMatchObject({ name: 'WheelError', code });
  });

  it('keeps programs executable, and nothing else of their modes', async () => {
    await chmod(join(tree, 'ops/__init__.py'), 0o600);
    const { path } = await packFolder(tree, out);
    const modes = await python<Record<string, string>>(
      'import zipfile\nprint(json.dumps({i.filename: oct(i.external_attr >> 16) for i in zipfile.ZipFile(argv[0]).infolist()}))',
      path,
    );
    expect(modes['ops/__init__.py']).toBe('0o100644');
    expect(modes['ops-1.0.data/scripts/ops-tool']).toBe('0o100755');
    expect(basename(path)).toBe('ops-1.0-py3-none-any.whl');
  });
});
