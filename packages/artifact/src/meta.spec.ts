import { describe, expect, it } from '@jest/globals';
import { formatMeta, parseMeta, type ArtifactMeta } from './meta.js';
import { metaNameOf, placeOf } from './file-name.js';

const meta: ArtifactMeta = {
  id: {
    commit: 'a'.repeat(40),
    os: 'debian12',
    variant: 'cu102',
    linking: 'static',
    branch: 'feature/x',
    python: 'cp311',
  },
  library: 'libmxnet.so',
  tool: 'wheelwright 0.1.0',
  created: new Date('2024-05-06T07:08:09.010Z'),
  files: [
    { name: 'libmxnet.so', role: 'library', size: 739_000_000, sha256: '2'.repeat(64), mode: 0o755 },
    { name: 'dependencies/lib/libz.so.1', role: 'dependency', size: 7, sha256: '1'.repeat(64), mode: 0o755 },
    { name: 'licenses/MKL LICENSE=ü.txt', role: 'license', size: 0, sha256: '3'.repeat(64), mode: 0o644 },
  ],
};
const text = Buffer.from(formatMeta(meta)).toString();

it('writes sorted lines that say everything', () => {
  expect(text).toBe(
    [
      'branch=feature/x',
      `commit=${'a'.repeat(40)}`,
      'created=2024-05-06T07\\:08\\:09.010Z',
      'file.dependencies/lib/libz.so.1.mode=755',
      'file.dependencies/lib/libz.so.1.role=dependency',
      `file.dependencies/lib/libz.so.1.sha256=${'1'.repeat(64)}`,
      'file.dependencies/lib/libz.so.1.size=7',
      'file.libmxnet.so.mode=755',
      'file.libmxnet.so.role=library',
      `file.libmxnet.so.sha256=${'2'.repeat(64)}`,
      'file.libmxnet.so.size=739000000',
      'file.licenses/MKL\\ LICENSE\\=\\u00fc.txt.mode=644',
      'file.licenses/MKL\\ LICENSE\\=\\u00fc.txt.role=license',
      `file.licenses/MKL\\ LICENSE\\=\\u00fc.txt.sha256=${'3'.repeat(64)}`,
      'file.licenses/MKL\\ LICENSE\\=\\u00fc.txt.size=0',
      'format=1',
      'library=libmxnet.so',
      'linking=static',
      'os=debian12',
      'python=cp311',
      'tool=wheelwright 0.1.0',
      'variant=cu102',
      '',
    ].join('\n'),
  );
});

it('comes back as it was, also without branch and Python', () => {
  expect(parseMeta(Buffer.from(text))).toEqual(meta);
  const plain = { ...meta, id: { ...meta.id, branch: null, python: null } };
  expect(parseMeta(formatMeta(plain))).toEqual(plain);
});

it('passes over properties that it does not know', () => {
  expect(parseMeta(Buffer.from(`${text}later=x\nfile.libmxnet.so.colour=blue\n`))).toEqual(meta);
});

describe('a hostile meta file', () => {
  const hash = '4'.repeat(64);
  const withFile = (name: string, role: string) =>
    `${text}file.${name}.role=${role}\nfile.${name}.sha256=${hash}\nfile.${name}.size=1\nfile.${name}.mode=644\n`;

  it.each<[string, string]>([
    ['nothing', ''],
    ['no format', text.replace('format=1\n', '')],
    ['a later format', text.replace('format=1', 'format=2')],
    ['no commit', text.replace(/^commit=.*\n/m, '')],
    ['an abbreviated commit', text.replace(/^commit=.*/m, 'commit=abc1234')],
    ['an os that leads elsewhere', text.replace('os=debian12', 'os=../..')],
    ['another linking', text.replace('linking=static', 'linking=both')],
    ['no time', text.replace(/^created=.*/m, 'created=yesterday')],
    ['no library', text.replace(/^file\.libmxnet.*\n/gm, '')],
    ['another library', text.replace('library=libmxnet.so', 'library=libother.so')],
    ['two libraries', withFile('libother.so', 'library')],
    ['a name with ..', withFile('dependencies/../../x', 'dependency')],
    ['a name of ..', withFile('..', 'library')],
    ['an absolute name', withFile('/etc/passwd', 'library')],
    ['a name in another folder', withFile('elsewhere/x', 'library')],
    ['a folder in licenses', withFile('licenses/a/b', 'license')],
    ['an empty dependency', withFile('dependencies/', 'dependency')],
    ['a backslash', withFile('dependencies/..\\\\x', 'dependency')],
    ['a NUL', withFile('dependencies/x\\u0000', 'dependency')],
    ['a role that the place denies', withFile('licenses/x', 'dependency')],
    ['a role that is none', withFile('licenses/x', 'meta')],
    ['no sha256', text.replace(`sha256=${'1'.repeat(64)}`, 'sha256=1')],
    ['no size', text.replace(/^file\.libmxnet\.so\.size.*\n/m, '')],
    ['a negative size', text.replace('size=7\n', 'size=-7\n')],
    ['an immense size', text.replace('size=7\n', 'size=9999999999999999999\n')],
    ['a mode that is set-uid', text.replace('libz.so.1.mode=755', 'libz.so.1.mode=4755')],
    ['a key twice', `${text}os=debian12\n`],
  ])('with %s is refused', (_, content) => {
    expect(content).not.toBe(text);
    expect(() => parseMeta(Buffer.from(content))).toThrow(
      expect.objectContaining({ code: 'malformed-meta' }),
    );
  });

  it.each(['\\', 'a', '=', '\n', 'file.x.role=library\n'])('refuses 10 MB of %j in a moment', (filler) => {
    const bytes = Buffer.from(filler.repeat(Math.floor(10_000_000 / filler.length)));
    const begun = Date.now();
    expect(() => parseMeta(bytes)).toThrow(expect.objectContaining({ code: 'malformed-meta' }));
    expect(Date.now() - begun).toBeLessThan(10_000);
  });
});

it.each([
  ['libmxnet.so', 'libmxnet.meta'],
  ['libmxnet.so.2.1', 'libmxnet.meta'],
  ['mxnet.dll', 'mxnet.meta'],
  ['libmxnet.dylib', 'libmxnet.meta'],
  ['_ops.cpython-311-x86_64-linux-gnu.so', '_ops.cpython-311-x86_64-linux-gnu.meta'],
  ['library', 'library.meta'],
])('%s has %s', (library, expected) => {
  expect(metaNameOf(library)).toBe(expected);
});

it('knows where files belong', () => {
  expect(placeOf('library', 'libmxnet.so')).toBe('libmxnet.so');
  expect(placeOf('license', 'LICENSE')).toBe('licenses/LICENSE');
  expect(placeOf('dependency', 'lib/libz.so')).toBe('dependencies/lib/libz.so');
  for (const [role, name] of [
    ['library', 'a/b'],
    ['library', 'other.meta'],
    ['license', 'a/b'],
    ['dependency', '../x'],
    ['dependency', '/x'],
    ['dependency', 'a//b'],
    ['dependency', ''],
    ['license', 'a\\b'],
    ['license', 'x'.repeat(256)],
  ] as const) {
    expect(() => placeOf(role, name)).toThrow(expect.objectContaining({ code: 'invalid-name' }));
  }
});
