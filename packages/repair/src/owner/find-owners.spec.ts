import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { describeIf, temporaryFolder, tool } from '@wheelwright/testing';
import { findOwners } from './find-owners.js';

const folder = await temporaryFolder('owners');
const { HOME = '', PATH = '' } = process.env;

afterEach(() => {
  Object.assign(process.env, { HOME, PATH });
});

/** A package that a real rpmbuild made, in a database of its own. */
async function rpmDatabase(): Promise<string> {
  const home = join(folder, 'home');
  const files = join(folder, 'files');
  await mkdir(home, { recursive: true });
  await mkdir(files);
  await writeFile(
    join(home, '.rpmmacros'),
    `%_dbpath ${join(home, 'db')}\n%_topdir ${join(home, 'build')}\n%_build_id_links none\n`,
  );
  const spec = `Name: libowned
Epoch: 2
Version: 1.2
Release: 3.el9
License: MIT AND Zlib
Summary: a library
BuildArch: noarch
%description
A library.
%install
mkdir -p %{buildroot}${files}
echo library > %{buildroot}${files}/libowned.so.1
echo terms > %{buildroot}${files}/COPYING
%files
${files}/libowned.so.1
%license ${files}/COPYING
`;
  await writeFile(join(home, 'libowned.spec'), spec);
  process.env['HOME'] = home;
  await tool('rpmbuild', ['-bb', '--quiet', join(home, 'libowned.spec')]);
  await tool('rpm', ['--initdb']);
  await tool('rpm', ['-i', '--nodeps', join(home, 'build/RPMS/noarch/libowned-1.2-3.el9.noarch.rpm')]);
  return files;
}

describeIf([{ program: 'rpm' }, { program: 'rpmbuild' }], 'a file of an RPM package', () => {
  it('is found with its package URL, its licence and the texts of it', async () => {
    const files = await rpmDatabase();
    const owners = await findOwners([join(files, 'libowned.so.1'), join(folder, 'nowhere')]);
    expect([...owners.keys()]).toEqual([join(files, 'libowned.so.1')]);
    expect(owners.get(join(files, 'libowned.so.1'))).toMatchObject({
      manager: 'rpm',
      name: 'libowned',
      version: '1.2-3.el9',
      license: 'MIT AND Zlib',
      licenseFiles: [join(files, 'COPYING')],
      purl: expect.stringMatching(
        /^pkg:rpm\/[a-z]+\/libowned@1\.2-3\.el9\?arch=noarch&distro=[^&]+&epoch=2$/,
      ),
    });
  });
});

/** The package manager of Alpine is on Alpine alone: this one prints what it prints, in its form, so that what we ask and how it is read are tested. */
const APK = `#!/bin/sh
case "$*" in
  "info --who-owns /usr/lib/libz.so.1.3.1") echo '/usr/lib/libz.so.1.3.1 is owned by zlib-1.3.1-r1' ;;
  "info --license zlib") printf 'zlib-1.3.1-r1 license:\\nZlib\\n\\n' ;;
  "--print-arch") echo x86_64 ;;
  *) echo "ERROR: $3: Could not find owner package" >&2; exit 1 ;;
esac
`;

describe('a file of an Alpine package', () => {
  it('is found with its package URL and its licence', async () => {
    const bin = join(folder, 'bin');
    await mkdir(bin);
    await writeFile(join(bin, 'apk'), APK);
    await chmod(join(bin, 'apk'), 0o755);
    process.env['PATH'] = `${bin}${delimiter}${PATH}`;
    const owners = await findOwners(['/usr/lib/libz.so.1.3.1', '/usr/lib/libnone.so']);
    expect([...owners.keys()]).toEqual(['/usr/lib/libz.so.1.3.1']);
    expect(owners.get('/usr/lib/libz.so.1.3.1')).toMatchObject({
      manager: 'apk',
      license: 'Zlib',
      purl: expect.stringMatching(/^pkg:apk\/[a-z]+\/zlib@1\.3\.1-r1\?arch=x86_64/),
    });
  });
});
