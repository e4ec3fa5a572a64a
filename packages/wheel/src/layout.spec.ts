import { describe, expect, it } from '@jest/globals';
import type { WheelErrorCode } from './error.js';
import { layoutWheel, type WheelSpec } from './layout.js';

const content = Buffer.from('x');
const SPEC: WheelSpec = {
  distribution: 'SimpleDet.Ops',
  version: '1.0-beta',
  tags: { python: 'py3', abi: 'none', platform: 'any' },
  metadata: 'Metadata-Version: 2.4\nName: simpledet-ops\nVersion: 1.0b0\nLicense-File: LICENSE\n',
  files: [{ name: 'pkg/b.py', content }],
  licenses: [{ name: 'LICENSE', content }],
  rootIsPurelib: true,
  generator: 'test 1',
};
const files = (...names: string[]): Partial<WheelSpec> => ({
  files: names.map((name) => ({ name, content })),
});

describe('layoutWheel', () => {
  it('sorts by bytes, dist-info last', () => {
    const { filename, members, record } = layoutWheel({
      ...SPEC,
      ...files('z', 'a/b', 'a.b', '\ue000', '\u{10000}', 'B'),
    });
    expect(filename).toBe('simpledet_ops-1.0b0-py3-none-any.whl');
    expect(members.map(({ name }) => name)).toEqual([
      ...['B', 'a.b', 'a/b', 'z', '\ue000', '\u{10000}'],
      'simpledet_ops-1.0b0.dist-info/METADATA',
      'simpledet_ops-1.0b0.dist-info/WHEEL',
      'simpledet_ops-1.0b0.dist-info/licenses/LICENSE',
    ]);
    expect(record).toBe('simpledet_ops-1.0b0.dist-info/RECORD');
  });

  it.each<[WheelErrorCode, string, Partial<WheelSpec>]>([
    ['duplicate-name', 'twice the same', files('a', 'a')],
    ['duplicate-name', 'the same but for case', files('pkg/A.py', 'pkg/a.py')],
    ['duplicate-name', 'the same but for case in a folder', files('Pkg', 'pkg/a.py')],
    ['duplicate-name', 'two licenses', { licenses: [...SPEC.licenses!, { name: 'license', content }] }],
    ['unsafe-name', 'an absolute file', files('/a')],
    ['unsafe-name', 'a way out', files('a/../../b')],
    ['unsafe-name', 'a backslash', files('a\\b')],
    ['unsafe-name', 'a folder', files('a/')],
    ['unsafe-name', 'an absolute license', { licenses: [...SPEC.licenses!, { name: '/etc/x', content }] }],
    ['unsafe-name', 'an SBOM outside its folder', { sboms: [{ name: '../x', content }] }],
    ['bad-input', 'a dist-info of its own', files('simpledet_ops-1.0b0.dist-info/RECORD')],
    ['bad-input', 'a second dist-info', files('other-2.DIST-INFO/x')],
    ['bad-metadata', 'another name', { metadata: 'Name: other\nVersion: 1.0b0\n' }],
    ['bad-metadata', 'another version', { metadata: 'Name: simpledet-ops\nVersion: 2\n' }],
    ['bad-metadata', 'a license that is not there', { licenses: [] }],
    ['bad-metadata', 'no header at all', { metadata: 'hello' }],
    ['bad-name', 'no name', { distribution: '' }],
    ['bad-version', 'no version', { version: 'latest' }],
    ['bad-tag', 'no tag', { tags: { ...SPEC.tags, platform: '' } }],
    ['bad-filename', 'a wrong build tag', { build: 'x' }],
    ['bad-wheel-file', 'a generator of two lines', { generator: 'a\nTag: b' }],
  ])('%s: %s', (code, _, change) => {
    expect(() => layoutWheel({ ...SPEC, ...change })).toThrow(
      expect.objectContaining({ name: 'WheelError', code }),
    );
  });
});
