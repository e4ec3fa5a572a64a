import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it } from '@jest/globals';
import { describeIf, temporaryFolder } from '@wheelwright/testing';
import { execa } from 'execa';
import { collectLicenses } from '../dependency/licenses.js';
import { unpackArchive } from './unpack.js';

const root = await temporaryFolder('unpack');
let count = 0;
let folder: string;

beforeEach(async () => {
  folder = join(root, String(count++));
  await mkdir(folder);
});

/** Python's tarfile writes what tar itself refuses to: (name, content or link target, kind) for each member. */
const WRITE = `
import io, json, sys, tarfile
with tarfile.open(sys.argv[1], 'w:gz') as archive:
    for name, content, kind in json.loads(sys.argv[2]):
        member = tarfile.TarInfo(name)
        if kind == 'file':
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content.encode()))
        else:
            member.type = tarfile.SYMTYPE if kind == 'symlink' else tarfile.LNKTYPE
            member.linkname = content
            archive.addfile(member)
`;

async function archive(
  ...members: [name: string, content: string, kind?: 'symlink' | 'hardlink'][]
): Promise<string> {
  const path = join(folder, 'a.tar.gz');
  await execa('python3', ['-c', WRITE, path, JSON.stringify(members.map(([n, c, k = 'file']) => [n, c, k]))]);
  return path;
}

async function unpack(path: string, subfolder?: string): Promise<string> {
  const place = { origin: 'static[0]', ...(subfolder === undefined ? {} : { subfolder }) };
  return unpackArchive(path, join(folder, 'out'), place, { environment: process.env });
}

describeIf([{ program: 'tar' }, { program: 'python3' }], 'unpackArchive', () => {
  it("finds the archive's only folder, and the subfolder in it", async () => {
    const path = await archive(['package/deps/snappy/COPYING', 'BSD'], ['package/package.json', '{}']);
    const found = await unpack(path, 'deps/snappy');
    expect(found).toBe(join(folder, 'out/package/deps/snappy'));
    expect(await readdir(found)).toEqual(['COPYING']);
  });

  it('stays at the top of an archive with several members', async () => {
    expect(await unpack(await archive(['a', ''], ['b', '']))).toBe(join(folder, 'out'));
  });

  it('keeps links inside the archive', async () => {
    const found = await unpack(await archive(['p/lib/a.h', 'x'], ['p/a.h', 'lib/a.h', 'symlink']));
    expect((await readdir(found)).sort()).toEqual(['a.h', 'lib']);
  });

  it.each<[string, [string, string, ('symlink' | 'hardlink')?][]]>([
    ['a member above', [['../evil', 'x']]],
    ['an absolute member', [['/tmp/wheelwright-evil', 'x']]],
    ['a member that climbs later', [['a/../../evil', 'x']]],
    ['a link to above', [['p/door', '../..', 'symlink']]],
    ['an absolute link', [['p/door', '/etc', 'symlink']]],
    [
      'a file behind a link',
      [
        ['door', '..', 'symlink'],
        ['door/evil', 'x'],
      ],
    ],
    ['a hard link to above', [['p/passwd', '../../a.tar.gz', 'hardlink']]],
  ])('refuses %s', async (_name, members) => {
    await expect(unpack(await archive(...members))).rejects.toMatchObject({ code: 'bad-archive' });
    expect((await readdir(folder)).sort()).toEqual(['a.tar.gz', 'out']);
  });

  it('refuses what is no archive', async () => {
    await writeFile(join(folder, 'a.zip'), 'PK');
    await expect(unpack(join(folder, 'a.zip'))).rejects.toMatchObject({ code: 'bad-archive' });
  });

  it.each(['none', '..', '/etc'])('says which folders there are instead of %s', async (subfolder) => {
    const path = await archive(['package/src/a.c', ''], ['package/README', '']);
    await expect(unpack(path, subfolder)).rejects.toMatchObject({
      code: 'bad-archive',
      hint: 'it has README, src',
    });
  });
});

it('collectLicenses takes the files under their paths, and misses none silently', async () => {
  const [source, to] = [join(folder, 'source'), join(folder, 'licenses')];
  await mkdir(join(source, 'LICENSES/third'), { recursive: true });
  await mkdir(to);
  for (const name of ['COPYING', 'LICENSES/a.txt', 'LICENSES/third/b.txt'])
    await writeFile(join(source, name), name);
  const licenses = (...globs: string[]): Promise<string[]> =>
    collectLicenses({ licenses: globs, origin: 'static[0]' }, source, to);
  expect(await licenses('LICENSES/**', 'COPYING')).toEqual([
    'COPYING',
    'LICENSES/a.txt',
    'LICENSES/third/b.txt',
  ]);
  expect((await readdir(to, { recursive: true })).sort()).toContain('LICENSES/third/b.txt');
  for (const glob of ['LICENCE*', '../*']) {
    await expect(licenses(glob)).rejects.toMatchObject({
      code: 'license-missing',
      message: `static[0].licenses: '${glob}' matches no file`,
    });
  }
});
