import { writeFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { describeIf, temporaryFolder } from '@wheelwright/testing';
import { decideOperatingSystem } from './operating-system.js';
import { parseOsRelease } from './os-release.js';

const folder = await temporaryFolder('os-release');

/** The two facts of each distribution, quoted as it quotes them. */
const distributions: [string, string][] = [
  [
    'ubuntu16.04',
    'NAME="Ubuntu"\nVERSION="16.04.7 LTS (Xenial Xerus)"\nID=ubuntu\nID_LIKE=debian\nVERSION_ID="16.04"\n',
  ],
  ['centos7', 'NAME="CentOS Linux"\nID="centos"\nID_LIKE="rhel fedora"\nVERSION_ID="7"\n'],
  ['debian12', 'VERSION_ID="12"\nVERSION_CODENAME=bookworm\nID=debian\n'],
  ['rocky9.6', 'ID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.6"\n'],
  ['almalinux8.10', 'ID="almalinux"\nVERSION_ID="8.10"\n'],
  ['amzn2', 'NAME="Amazon Linux"\nID="amzn"\nVERSION_ID="2"\n'],
  ['alpine3.20.1', 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.20.1\n'],
  ['opensuse-leap15.6', 'ID="opensuse-leap"\nVERSION_ID="15.6"\n'],
  ['sles15.5', 'ID="sles"\nVERSION_ID="15.5"\n'],
  ['fedora42', 'ID=fedora\nVERSION_ID=42\n'],
  ['nixos24.05', 'ID=nixos\nVERSION_ID="24.05"\n'],
  ['ol8.9', "ID='ol'\nVERSION_ID='8.9'\n"],
  ['arch', 'NAME="Arch Linux"\nID=arch\nBUILD_ID=rolling\n'],
  ['debian', 'PRETTY_NAME="Debian GNU/Linux trixie/sid"\nID=debian\n'],
  ['void', 'NAME="Void"\nID="void"\n'],
  ['opensuse-tumbleweed20240612', 'ID="opensuse-tumbleweed"\nVERSION_ID="20240612"\n'],
];

describe('the word for a Linux', () => {
  it.each(distributions)('is %s', (word, text) => {
    const osRelease = { path: '/etc/os-release', text };
    expect(decideOperatingSystem({ platform: 'linux', osRelease })).toMatchObject({
      found: true,
      value: word,
      from: { source: 'os-release', detail: '/etc/os-release' },
    });
  });

  it('has a note when it has no version', () => {
    const osRelease = { path: '/etc/os-release', text: 'ID=arch\n' };
    expect(decideOperatingSystem({ platform: 'linux', osRelease })).toMatchObject({
      note: '/etc/os-release has no VERSION_ID: arch is a rolling release.',
    });
  });

  it('is linux where the file has no ID, as os-release(5) has it', () => {
    const osRelease = { path: '/x', text: 'NAME=Nameless\nVERSION_ID=1\n' };
    expect(decideOperatingSystem({ platform: 'linux', osRelease })).toMatchObject({
      value: 'linux1',
      note: '/x has no ID.',
    });
  });

  it('is not known without the file', () => {
    expect(decideOperatingSystem({ platform: 'linux' })).toMatchObject({
      found: false,
      reason: 'no-os-release',
      hint: expect.stringContaining('--os'),
    });
  });

  it.each(['ID="a/b"', 'ID=".."', 'ID="a b"', 'ID=static', 'ID=x\nVERSION_ID="../../etc"'])(
    'is never %j',
    (text) => {
      expect(() => decideOperatingSystem({ platform: 'linux', osRelease: { path: '/x', text } })).toThrow(
        expect.objectContaining({ code: 'invalid-word' }),
      );
    },
  );
});

/** What older systems have instead of os-release, by the one fact that counts. */
const older: [string, string, string][] = [
  ['centos6', '/etc/centos-release', 'CentOS release 6.10 (Final)\n'],
  ['centos5', '/etc/redhat-release', 'CentOS release 5.11 (Final)\n'],
  ['centos7', '/etc/system-release', 'CentOS Linux release 7.9.2009 (Core)\n'],
  ['rhel6.10', '/etc/redhat-release', 'Red Hat Enterprise Linux Server release 6.10 (Santiago)\n'],
  ['rhel5.11', '/etc/redhat-release', 'Red Hat Enterprise Linux Server release 5.11 (Tikanga)\n'],
  ['ol6.10', '/etc/system-release', 'Oracle Linux Server release 6.10\n'],
  ['amzn2', '/etc/system-release', 'Amazon Linux release 2 (Karoo)\n'],
  ['amzn2018.03', '/etc/system-release', 'Amazon Linux AMI release 2018.03\n'],
  ['fedora14', '/etc/redhat-release', 'Fedora release 14 (Laughlin)\n'],
  ['ubuntu10.04', '/etc/lsb-release', 'DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=10.04\nDISTRIB_DESCRIPTION="x"\n'],
  ['alpine2.7.9', '/etc/alpine-release', '2.7.9\n'],
  ['debian6', '/etc/debian_version', '6.0.10\n'],
];

describe('the word for a Linux without os-release', () => {
  it.each(older)('is %s by %s', (word, path, text) => {
    expect(decideOperatingSystem({ platform: 'linux', osRelease: { path, text } })).toEqual({
      found: true,
      value: word,
      from: { source: 'os-release', detail: path },
      note: `There is no os-release; ${path} says ${word}.`,
    });
  });

  it.each([
    ['/etc/centos-release', ''],
    ['/etc/centos-release', 'nonsense'],
    ['/etc/lsb-release', 'LSB_VERSION=1.0'],
    ['/etc/alpine-release', 'edge'],
    ['/etc/debian_version', '\n'],
  ])('is not known by %s with %j', (path, text) => {
    expect(decideOperatingSystem({ platform: 'linux', osRelease: { path, text } })).toMatchObject({
      found: false,
      reason: 'no-os-release',
    });
  });
});

it.each(['darwin', 'win32'])('another platform is its own word: %s', (platform) => {
  expect(decideOperatingSystem({ platform })).toEqual({
    found: true,
    value: platform,
    from: { source: 'platform', detail: platform },
  });
});

it('the flag wins', () => {
  const osRelease = { path: '/etc/os-release', text: 'ID=debian\n' };
  expect(decideOperatingSystem({ flag: 'manylinux2014_aarch64', platform: 'linux', osRelease })).toEqual({
    found: true,
    value: 'manylinux2014_aarch64',
    from: { source: 'flag', detail: '--os' },
  });
});

const quoting = [
  '# a comment',
  '',
  'PLAIN=word',
  'SINGLE=\'it is $HOME and "so"\'',
  'DOUBLE="say \\"hi\\", \\$5, \\`x\\`, back\\\\slash"',
  'EMPTY=',
  'QUOTED_EMPTY=""',
  'EQUALS="a=b=c"',
  'TWICE=first',
  'TWICE=second',
  'not an assignment',
  '1BAD=x',
].join('\n');

it('reads what a shell would', () => {
  expect(Object.fromEntries(parseOsRelease(quoting))).toEqual({
    PLAIN: 'word',
    SINGLE: 'it is $HOME and "so"',
    DOUBLE: 'say "hi", $5, `x`, back\\slash',
    EMPTY: '',
    QUOTED_EMPTY: '',
    EQUALS: 'a=b=c',
    TWICE: 'second',
  });
});

it('drops a value whose quotes do not match, and takes Windows line ends', () => {
  expect(Object.fromEntries(parseOsRelease('ID="deb\r\nVERSION_ID=a"b\r\nNAME=ok\r\n'))).toEqual({
    NAME: 'ok',
  });
});

describeIf([{ program: 'sh' }], 'a shell', () => {
  it('reads the same', async () => {
    const assignments = quoting.split('\n').filter((line) => /^[A-Z_]+=/.test(line));
    const names = [...new Set(assignments.map((line) => line.split('=')[0]!))];
    const file = join(folder, 'os-release');
    await writeFile(file, `${assignments.join('\n')}\n`);
    const script = `. "$0"; for name in ${names.join(' ')}; do eval "printf '%s\\n' \\"\\$$name\\""; done`;
    const { stdout } = await promisify(execFile)('sh', ['-c', script, file]);
    const ours = parseOsRelease(quoting);
    expect(stdout.split('\n').slice(0, -1)).toEqual(names.map((name) => ours.get(name)));
  });
});
