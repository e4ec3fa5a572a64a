import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { describeIf, temporaryFolder } from '@wheelwright/testing';
import { hashFolder, packFolder } from './pack.js';
import { replaceByChosen, type Chosen } from './unpack-chosen.js';

const root = await temporaryFolder('unpack-chosen');
let drafts: string;
let archive: string;

beforeEach(async () => {
  drafts = await mkdtemp(join(root, 'archive-'));
  archive = join(drafts, 'result.tar');
});

const all: Chosen = { top: 'source', wanted: () => true, origin: 'what the job gives back' };

/** The header of a member without content, as POSIX ustar has it: names of up to 255 bytes. */
function header(name: string, kind = '0', size = 0): Buffer {
  const block = Buffer.alloc(512);
  const cut = name.length <= 100 ? -1 : name.indexOf('/', name.length - 101);
  block.write(name.slice(cut + 1), 0, 'latin1');
  block.write('0000644\0' + '0000000\0'.repeat(2), 100);
  block.write(`${size.toString(8).padStart(11, '0')}\0${'0'.repeat(11)}\0        ${kind}`, 124);
  block.write('ustar\u000000', 257);
  if (cut > 0) block.write(name.slice(0, cut), 345, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

describeIf([{ program: 'tar' }], 'files of an archive, in the place of a folder', () => {
  it('are the wanted ones, whatever their names are', async () => {
    const from = join(drafts, 'from', 'source');
    const names = ['a b.so', 'new\nline.so', 'ü"\\.so', '-x.so', "'.so"];
    await mkdir(join(from, 'deep'), { recursive: true });
    for (const name of names) await writeFile(join(from, 'deep', name), name);
    await writeFile(join(from, 'other.o'), 'x');
    await symlink('deep/a b.so', join(from, 'link.so'));
    execFileSync('tar', ['-C', join(drafts, 'from'), '-cf', archive, 'source']);
    const folder = join(drafts, 'here');
    await mkdir(folder);
    await writeFile(join(folder, 'old'), '');
    await replaceByChosen(folder, archive, { ...all, wanted: (name) => name.endsWith('.so') });
    expect((await readdir(folder)).sort()).toEqual(['deep', 'link.so']);
    expect((await readdir(join(folder, 'deep'))).sort()).toEqual([...names].sort());
    expect(await readFile(join(folder, 'deep', 'new\nline.so'), 'utf8')).toBe('new\nline.so');
    expect(await readlink(join(folder, 'link.so'))).toBe('deep/a b.so');
  });

  it('are found behind a list that is longer than any output that is kept', async () => {
    // 34 MB of names.
    const long = 'x'.repeat(99);
    const headers = Array.from({ length: 150_000 }, (_, index) =>
      header(`source/${'d'.repeat(110)}/${String(index).padStart(8, '0')}${long.slice(8)}`),
    );
    await writeFile(archive, Buffer.concat([...headers, header('source/last.so'), Buffer.alloc(1024)]));
    const folder = join(drafts, 'here');
    await replaceByChosen(folder, archive, { ...all, wanted: (name) => name === 'last.so' });
    expect(await readdir(folder)).toEqual(['last.so']);
  }, 60_000);

  it.each([
    ['a name that leads upwards', [header('source/../../evil.so')], 'leads outside'],
    ['an absolute name', [header('/tmp/evil.so')], 'leads outside'],
    ['more bytes than its own size allows', [header('source/a.so', '0', 2 ** 32)], 'unpacks to more'],
    ['no archive', [Buffer.from('<html>nothing here</html>'.repeat(100))], "can't read the archive"],
    ['an archive that is cut short', [header('source/a.so', '0', 5000)], "can't read the archive"],
  ])('are not taken from %s', async (_what, blocks, message) => {
    await writeFile(archive, Buffer.concat(blocks));
    const folder = join(drafts, 'here');
    await mkdir(folder);
    await writeFile(join(folder, 'old'), '');
    await expect(replaceByChosen(folder, archive, all)).rejects.toMatchObject({
      code: 'bad-archive',
      message: expect.stringContaining(message),
    });
    expect(await readdir(folder)).toEqual(['old']);
  });

  it('are neither pipes nor devices', async () => {
    const blocks = ['source/pipe.so', 'source/device.so'].map((name, index) =>
      header(name, index === 0 ? '6' : '3'),
    );
    await writeFile(archive, Buffer.concat([...blocks, header('source/real.so'), Buffer.alloc(1024)]));
    const folder = join(drafts, 'here');
    await replaceByChosen(folder, archive, all);
    expect(await readdir(folder)).toEqual(['real.so']);
  });

  it('are not written through a link of the archive', async () => {
    const link = header('source/out', '2');
    link.write('/tmp', 157);
    link.write('        ', 148);
    link.write(
      `${link
        .reduce((total, byte) => total + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    );
    await writeFile(archive, Buffer.concat([link, header('source/out/evil.so'), Buffer.alloc(1024)]));
    await expect(replaceByChosen(join(drafts, 'here'), archive, all)).rejects.toMatchObject({
      code: 'bad-archive',
    });
  });
});

describe('a packed folder', () => {
  async function tree(name: string): Promise<string> {
    const folder = join(drafts, name);
    await mkdir(join(folder, 'b', 'empty'), { recursive: true });
    await writeFile(join(folder, 'b', 'file'), 'text');
    await writeFile(join(folder, 'program'), '#!/bin/sh\n', { mode: 0o700 });
    await symlink('b/file', join(folder, 'link'));
    return folder;
  }

  it('has the same bytes wherever and whenever it lies', async () => {
    const [one, other] = [await tree('one'), await tree('ot\nher\\n')];
    execFileSync('touch', ['-d', '2001-01-01', join(other, 'program')]);
    expect(await hashFolder(other)).toBe(await hashFolder(one));
    await packFolder(one, join(drafts, '1'));
    await packFolder(other, join(drafts, '2'));
    expect((await readFile(join(drafts, '1'))).equals(await readFile(join(drafts, '2')))).toBe(true);
    const listed = execFileSync('tar', ['-tvzf', join(drafts, '1')], { encoding: 'utf8' });
    expect(listed).toMatch(
      /-rwxr-xr-x root\/root .* 1979-12-31|-rwxr-xr-x 0\/0|-rwxr-xr-x root\/root .* 1980-01-01/,
    );
    expect(listed).toContain('./b/empty/');
  });

  it.each([
    ['a folder more', (folder: string) => mkdir(join(folder, 'new'))],
    ['another content', (folder: string) => writeFile(join(folder, 'b/file'), 'TEXT')],
    ['another mode', (folder: string) => writeFile(join(folder, 'x'), '', { mode: 0o755 })],
  ])('has another hash with %s', async (_what, change) => {
    const folder = await tree('one');
    const before = await hashFolder(folder);
    await change(folder);
    expect(await hashFolder(folder)).not.toBe(before);
  });

  it('is not packed where it is not there', async () => {
    await expect(packFolder(join(drafts, 'none'), join(drafts, '1'))).rejects.toMatchObject({ code: 'io' });
  });
});
