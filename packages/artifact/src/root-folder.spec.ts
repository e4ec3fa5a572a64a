import { execFile } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { describeIf, temporaryFolder } from '@wheelwright/testing';
import { identifyBuild } from './identify.js';
import { textReaderBelow } from './root-folder.js';

const scratch = await temporaryFolder('root');
let count = 0;

/** A container's file system: texts, and links as `{ to }`. */
async function rootWith(files: Readonly<Record<string, string | { readonly to: string }>>): Promise<string> {
  const root = join(scratch, `root-${(count += 1)}`);
  await mkdir(root);
  for (const [path, content] of Object.entries(files)) {
    const file = join(root, path);
    await mkdir(dirname(file), { recursive: true });
    await (typeof content === 'string' ? writeFile(file, content) : symlink(content.to, file));
  }
  return root;
}

const osOf = async (root: string) => {
  const readText = await textReaderBelow(root);
  const { os } = await identifyBuild({ folder: scratch, environment: {}, platform: 'linux', readText });
  return os.found ? os.value : os.reason;
};
const centos = 'ID="centos"\nVERSION_ID="7"\n';

describe('the operating system of a container', () => {
  it.each([
    ['a file', { 'etc/os-release': centos }],
    ['a relative link', { 'etc/os-release': { to: '../usr/lib/os-release' }, 'usr/lib/os-release': centos }],
    ['an absolute link', { 'etc/os-release': { to: '/usr/lib/os-release' }, 'usr/lib/os-release': centos }],
    [
      'a link that climbs out of its root',
      { 'etc/os-release': { to: '../../../../usr/lib/os-release' }, 'usr/lib/os-release': centos },
    ],
    ['a link to a folder', { etc: { to: 'real/./etc/' }, 'real/etc/os-release': centos }],
    [
      'links to links',
      {
        'etc/os-release': { to: '/a' },
        a: { to: 'b' },
        b: { to: 'usr/lib/os-release' },
        'usr/lib/os-release': centos,
      },
    ],
    ['the second place', { 'usr/lib/os-release': centos }],
    [
      'a dangling link and the second place',
      { 'etc/os-release': { to: 'nowhere' }, 'usr/lib/os-release': centos },
    ],
    ['an older file', { 'etc/centos-release': 'CentOS Linux release 7.9.2009 (Core)' }],
  ])('is its own, by %s', async (_, files) => {
    expect(await osOf(await rootWith(files))).toBe('centos7');
  });

  it.each([
    ['there is none', {}],
    ['the link goes around', { 'etc/os-release': { to: 'os-release' } }],
    ['it is a folder', { 'etc/os-release/x': '' }],
  ])("is never the host's: %s", async (_, files) => {
    expect(await osOf(await rootWith(files))).toBe('no-os-release');
  });

  it('refuses a root that is no folder', async () => {
    for (const root of [join(scratch, 'nowhere'), '/etc/passwd']) {
      await expect(textReaderBelow(root)).rejects.toMatchObject({
        code: 'unreadable-file',
        message: expect.stringContaining(root),
      });
    }
  });

  it('reads no more than it has to', async () => {
    const readText = await textReaderBelow(await rootWith({ huge: 'x'.repeat(1 << 17) }));
    expect(await readText('/huge')).toHaveLength(1 << 16);
  });
});

describeIf([{ program: 'mkfifo' }], 'a named pipe', () => {
  it('is not waited for', async () => {
    const root = await rootWith({ 'etc/x': '' });
    await promisify(execFile)('mkfifo', [join(root, 'etc/os-release')]);
    expect(await osOf(root)).toBe('no-os-release');
  });
});
