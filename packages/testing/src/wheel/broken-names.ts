import type { BrokenKind } from './broken-wheel.js';
import type { RawMember } from './raw-zip.js';

const file = (name: string | Uint8Array, more: Partial<RawMember> = {}): { files: RawMember[] } => ({
  files: [{ name, content: 'x\n', ...more }],
});

/** Without a row for a name that RECORD could not carry. */
const unlisted = (member: RawMember): { members: (all: RawMember[]) => RawMember[] } => ({
  members: ([one, ...others]) => (one === undefined ? [] : [one, member, ...others]),
});

/** Names that lead astray, names that are there twice, and members that are no regular files. */
export const BROKEN_NAMES: readonly BrokenKind[] = [
  [
    'duplicate-name',
    'one name twice',
    { files: [{ name: 'ops/a.py' }, { name: 'ops/a.py' }] },
    ['record-duplicate-row'],
  ],
  [
    'duplicate-name-by-case',
    'names that differ by case',
    { files: [{ name: 'ops/a.py' }, { name: 'ops/A.py' }] },
  ],
  [
    'duplicate-name-by-case',
    'names that differ by composition',
    {
      files: [
        { name: 'ops/\u00e9.py', flags: 0x800 },
        { name: 'ops/e\u0301.py', flags: 0x800 },
      ],
    },
  ],
  [
    'file-and-folder',
    'a file where a folder is needed',
    { files: [{ name: 'ops/a' }, { name: 'ops/a/b.py' }] },
  ],
  [
    'name-encoding',
    'bytes that are not UTF-8',
    unlisted({ name: Uint8Array.of(0x61, 0xff), flags: 0x800 }),
    ['record-unlisted-member'],
  ],
  ['name-encoding', 'UTF-8 without its flag', file('ops/größe.py')],
  ['name-control-character', 'a line feed', unlisted({ name: 'ops/a\nb.py' }), ['record-unlisted-member']],
  ['name-control-character', 'NUL', unlisted({ name: 'ops/a\0b.py' }), ['record-unlisted-member']],
  ['unsafe-name', '..', file('ops/../../evil.py')],
  ['unsafe-name', 'an absolute path', file('/etc/passwd')],
  ['unsafe-name', 'a backslash', file('ops\\evil.py')],
  ['unsafe-name', 'a drive', file('C:evil.py')],
  ['unsafe-name', 'an empty part', file('ops//evil.py')],
  ['unsafe-name', 'a dot', file('ops/./evil.py')],
  [
    'unicode-path-mismatch',
    'another Unicode path',
    file('ops/a.py', { extra: Buffer.from('up\x06\0\x01\0\0\0\0b', 'latin1') }),
  ],
  ['symbolic-link', 'a link', file('ops/lib.so', { mode: 0o120777 })],
  ['special-file', 'a device', file('ops/null', { mode: 0o020644 })],
  ['folder-member', 'a folder', unlisted({ name: 'ops/sub/', method: 0, mode: 0o040755 })],
  [
    'dist-info-not-last',
    'a file behind dist-info',
    {
      members: ([one, ...others]) => [
        ...others.slice(0, -1),
        { ...one, name: 'ops/__init__.py' },
        ...others.slice(-1),
      ],
    },
  ],
  [
    'record-not-last',
    'RECORD before WHEEL',
    { members: (all) => [...all.slice(0, -2), ...all.slice(-1), ...all.slice(-2, -1)] },
  ],
  ['bad-filename', 'too few parts', { filename: 'ops-1.0.whl' }],
  ['bad-filename', 'a version that is none', { filename: 'ops-latest-py3-none-any.whl' }],
  ['bad-filename', 'a build tag without a digit', { filename: 'ops-1.0-build-py3-none-any.whl' }],
  ['bad-filename', 'another suffix', { filename: 'ops-1.0-py3-none-any.zip' }],
  [
    'filename-not-normalised',
    'capitals',
    { filename: 'Ops-1.0-py3-none-any.whl', distInfo: 'Ops-1.0.dist-info' },
  ],
  ['filename-tags-mismatch', 'another platform', { filename: 'ops-1.0-py3-none-win_amd64.whl' }],
  ['filename-tags-mismatch', 'one tag of two', { filename: 'ops-1.0-py2.py3-none-any.whl' }],
  ['filename-build-mismatch', 'a build that WHEEL lacks', { filename: 'ops-1.0-1-py3-none-any.whl' }],
  [
    'filename-name-mismatch',
    'another name',
    { filename: 'oops-1.0-py3-none-any.whl', distInfo: 'oops-1.0.dist-info' },
  ],
  [
    'filename-version-mismatch',
    'another version',
    { filename: 'ops-2.0-py3-none-any.whl', distInfo: 'ops-2.0.dist-info' },
  ],
  [
    'linux-platform-tag',
    'linux_x86_64',
    {
      filename: 'ops-1.0-py3-none-linux_x86_64.whl',
      wheel: 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: false\nTag: py3-none-linux_x86_64\n',
    },
  ],
];
