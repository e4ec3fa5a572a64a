import { describe, expect, it } from '@jest/globals';
import { describeIf, tool } from '@wheelwright/testing';
import { parseWhoOwns } from './apk.js';
import { dpkgPaths, parseDpkgSearch } from './dpkg.js';
import { findOwners } from './find-owners.js';
import { packageUrl, parseOsRelease } from './package-owner.js';
import { parseRpmQuery } from './rpm.js';

const debian = { id: 'debian', versionId: '12' };

it('reads os-release', () => {
  expect(parseOsRelease('NAME="X"\nID=rhel\nVERSION_ID="8.9"\n')).toEqual({ id: 'rhel', versionId: '8.9' });
  expect(parseOsRelease('')).toEqual({ id: '', versionId: '' });
});

it('writes package URLs', () => {
  const libstdcxx = { name: 'libstdc++6', version: '1:12.2.0-14+deb12u1', architecture: 'amd64' };
  expect(packageUrl('deb', debian, libstdcxx)).toBe(
    'pkg:deb/debian/libstdc%2B%2B6@1:12.2.0-14%2Bdeb12u1?arch=amd64&distro=debian-12',
  );
});

describe('package managers', () => {
  it('dpkg-query -S', () => {
    const text = [
      'zlib1g:amd64: /lib/x86_64-linux-gnu/libz.so.1',
      'liba, libb:amd64: /usr/lib/shared',
      'diversion by x from: /usr/lib/y',
      'dpkg-query: no path found matching pattern /nowhere',
    ].join('\n');
    expect([...parseDpkgSearch(text)]).toEqual([
      ['/lib/x86_64-linux-gnu/libz.so.1', 'zlib1g:amd64'],
      ['/usr/lib/shared', 'liba'],
    ]);
    expect(dpkgPaths('/usr/lib/x/libz.so.1')).toEqual(['/usr/lib/x/libz.so.1', '/lib/x/libz.so.1']);
  });

  it('rpm -qf', () => {
    const line = 'openssl-libs\t1\t3.0.7-27.el9\tx86_64\tASL 2.0';
    expect(parseRpmQuery(line, { id: 'almalinux', versionId: '9.4' })).toMatchObject({
      name: 'openssl-libs',
      license: 'ASL 2.0',
      purl: 'pkg:rpm/almalinux/openssl-libs@3.0.7-27.el9?arch=x86_64&distro=almalinux-9.4&epoch=1',
    });
    expect(parseRpmQuery('file /x is not owned by any package', debian)).toBeUndefined();
  });

  it('apk info --who-owns', () => {
    expect(parseWhoOwns('/usr/lib/libssl.so.3 is owned by libssl3-3.3.1-r2\n')).toEqual({
      name: 'libssl3',
      version: '3.3.1-r2',
    });
    expect(parseWhoOwns('ERROR: /x: Could not find owner package')).toBeUndefined();
  });
});

describeIf([{ program: 'dpkg-query' }], 'a Debian system', () => {
  it('says whose its C library is, with its licence, and nothing of a file that is nobody’s', async () => {
    const libc = (await tool('ldconfig', ['-p'])).split('\n').find((line) => line.includes('libc.so.6'))!;
    const path = libc.split(' => ')[1]!.trim();
    const owners = await findOwners([path, '/nowhere/libx.so.1']);
    expect([...owners.keys()]).toEqual([path]);
    expect(owners.get(path)).toMatchObject({
      manager: 'deb',
      name: expect.stringMatching(/^libc6/),
      purl: expect.stringMatching(/^pkg:deb\/\w+\/libc6/),
    });
  });
});
