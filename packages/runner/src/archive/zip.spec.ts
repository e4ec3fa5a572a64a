import { lstat, mkdir, readFile, readdir, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it } from '@jest/globals';
import { describeIf, temporaryFolder } from '@wheelwright/testing';
import { execa } from 'execa';
import { unpackArchive } from './unpack.js';

const root = await temporaryFolder('zip');
let count = 0;
let folder: string;

beforeEach(async () => {
  folder = join(root, String(count++));
  await mkdir(folder);
});

/** Python's zipfile writes what no archiver would: (name, content, mode) for each member. */
const WRITE = `
import json, sys, warnings, zipfile
warnings.simplefilter('ignore')
with zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED) as archive:
    for name, content, mode in json.loads(sys.argv[2]):
        member = zipfile.ZipInfo(name)
        member.compress_type = zipfile.ZIP_DEFLATED
        member.external_attr = mode << 16
        archive.writestr(member, content if isinstance(content, str) else b'\\0' * content)
`;

async function unpack(
  ...members: [name: string, content: string | number, mode?: number][]
): Promise<string> {
  const path = join(folder, 'a.zip');
  const listed = members.map(([name, content, mode = 0o100644]) => [name, content, mode]);
  await execa('python3', ['-c', WRITE, path, JSON.stringify(listed)]);
  return unpackArchive(path, join(folder, 'out'), { origin: 'source' }, { environment: process.env });
}

describeIf([{ program: 'python3' }], 'a ZIP archive', () => {
  it('keeps modes and links, and loses its only top folder', async () => {
    const found = await unpack(['p/run', '#!', 0o100755], ['p/a/x.h', 'x'], ['p/x.h', 'a/x.h', 0o120777]);
    expect(found).toBe(join(folder, 'out/p'));
    expect((await lstat(join(found, 'run'))).mode & 0o777).toBe(0o755);
    expect(await readlink(join(found, 'x.h'))).toBe('a/x.h');
    expect(await readFile(join(found, 'x.h'), 'utf8')).toBe('x');
  });

  it.each<[string, Parameters<typeof unpack>]>([
    ['a member above', [['../evil', 'x']]],
    ['an absolute member', [['/tmp/wheelwright-evil', 'x']]],
    ['a member that climbs later', [['a/../../evil', 'x']]],
    ['a link to above', [['p/door', '../..', 0o120777]]],
    ['an absolute link', [['p/door', '/etc', 0o120777]]],
    ['a device', [['null', '', 0o020666]]],
    [
      'two members of one name',
      [
        ['a', '1'],
        ['a', '2'],
      ],
    ],
    [
      'a file behind a link',
      [
        ['door', '..', 0o120777],
        ['door/evil', 'x'],
      ],
    ],
    ['a bomb', [['zeros', 300 * 2 ** 20]]],
  ])(
    'is refused with %s',
    async (_name, members) => {
      await expect(unpack(...members)).rejects.toMatchObject({ code: 'bad-archive' });
      expect((await readdir(folder)).sort()).toEqual(['a.zip', 'out']);
    },
    60_000,
  );

  it('is refused when it is cut short', async () => {
    await unpack(['a', 'x']);
    const bytes = await readFile(join(folder, 'a.zip'));
    await writeFile(join(folder, 'b.zip'), bytes.subarray(0, bytes.length - 10));
    const place = { origin: 'source' };
    await expect(
      unpackArchive(join(folder, 'b.zip'), join(folder, 'out2'), place, { environment: process.env }),
    ).rejects.toMatchObject({ code: 'bad-archive' });
  });
});

describeIf([{ program: 'python3' }, { program: 'tar' }], 'a tar archive', () => {
  it.each([
    ['a bomb', "m.size = 300 << 20; a.addfile(m, open('/dev/zero', 'rb'))"],
    ['a device', 'm.type = tarfile.CHRTYPE; a.addfile(m)'],
    ['a pipe', 'm.type = tarfile.FIFOTYPE; a.addfile(m)'],
  ])(
    'is refused with %s',
    async (_name, add) => {
      const path = join(folder, 'a.tar.gz');
      const script = `import sys, tarfile\nwith tarfile.open(sys.argv[1], 'w:gz', compresslevel=1) as a:\n    m = tarfile.TarInfo('x'); ${add}`;
      await execa('python3', ['-c', script, path]);
      const place = { origin: 'source' };
      await expect(
        unpackArchive(path, join(folder, 'out'), place, { environment: process.env }),
      ).rejects.toMatchObject({
        code: 'bad-archive',
      });
      expect(await readdir(join(folder, 'out'))).toEqual([]);
    },
    60_000,
  );
});
