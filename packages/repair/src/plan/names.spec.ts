import { describe, expect, it } from '@jest/globals';
import { graftName } from './graft-name.js';
import { installedPath, isScript, originTo } from './installed-path.js';
import { repairedPlatforms } from './platforms.js';
import { scriptShim } from './script-shim.js';
import { changeSearchPath } from './search-path.js';

const sha256 = '0123abcd'.padEnd(64, 'e');

it.each([
  ['libfoo.so.1', 'libfoo-0123abcd.so.1'],
  ['libfoo-1.2.so.3.4', 'libfoo-1-0123abcd.2.so.3.4'],
  ['libstdc++.so.6.0.30', 'libstdc++-0123abcd.so.6.0.30'],
  ['plugin', 'plugin-0123abcd'],
  ['libfoo-0123abcd.so.1', 'libfoo-0123abcd.so.1'],
])('names %s as auditwheel does', (name, expected) => {
  expect(graftName(name, sha256)).toBe(expected);
});

it.each([
  ['demo/ext.so', 'demo/ext.so', false],
  ['demo-1.0.data/platlib/demo/ext.so', 'demo/ext.so', false],
  ['demo-1.0.data/purelib/ext.so', 'ext.so', false],
  ['demo-1.0.data/scripts/run', undefined, true],
  ['demo-1.0.data/data/lib/libx.so', undefined, false],
])('knows where %s is installed to', (member, path, script) => {
  expect(installedPath(member)).toBe(path);
  expect(isScript(member)).toBe(script);
});

it.each([
  ['ext.so', 'demo.libs', '$ORIGIN/demo.libs'],
  ['a/b/ext.so', 'demo.libs', '$ORIGIN/../../demo.libs'],
  ['demo.libs/libx.so', 'demo.libs', '$ORIGIN'],
])('leads from %s to %s', (file, folder, entry) => {
  expect(originTo(file, folder)).toBe(entry);
});

describe('a search path', () => {
  it.each([
    ['/usr/local/cuda/lib64'],
    ['$ORIGIN/../../..'],
    ['build/lib'],
    [''],
    ['$ORIGINAL/lib'],
    ['$LIB'],
  ])('drops %s', (entry) => {
    const { changes, dropped } = changeSearchPath('a/b/ext.so', { rpath: [], runpath: [entry] }, []);
    expect({ changes, dropped }).toEqual({ changes: { runpath: null }, dropped: [entry] });
  });

  it.each([['$ORIGIN'], ['${ORIGIN}/../lib'], ['$ORIGIN/../../nvidia/cublas/lib']])('keeps %s', (entry) => {
    const { changes, dropped } = changeSearchPath('a/b/ext.so', { rpath: [], runpath: [entry] }, [
      '$ORIGIN/../x',
    ]);
    expect({ changes, dropped }).toEqual({ changes: { runpath: [entry, '$ORIGIN/../x'] }, dropped: [] });
  });

  it('stays an RPATH where it is one, because loaded libraries may live on it', () => {
    const { changes } = changeSearchPath('a/ext.so', { rpath: ['$ORIGIN/lib'], runpath: [] }, [
      '$ORIGIN/../x',
    ]);
    expect(changes).toEqual({ rpath: ['$ORIGIN/lib', '$ORIGIN/../x'] });
  });

  it('changes nothing that is right', () => {
    const { changes } = changeSearchPath('a/ext.so', { rpath: [], runpath: ['$ORIGIN/../x'] }, [
      '$ORIGIN/../x',
    ]);
    expect(changes).toEqual({});
  });
});

it.each([
  [
    'linux_x86_64',
    'manylinux_2_17_x86_64',
    'manylinux_2_17_x86_64',
    'manylinux2014_x86_64.manylinux_2_17_x86_64',
  ],
  ['any', 'manylinux_2_28_aarch64', 'manylinux_2_28_aarch64', 'manylinux_2_28_aarch64'],
  // A tag that holds no more than it was claimed goes; one that still holds stays.
  ['manylinux1_x86_64', 'manylinux_2_28_x86_64', 'manylinux_2_28_x86_64', 'manylinux_2_28_x86_64'],
  [
    'manylinux_2_34_x86_64',
    'manylinux_2_28_x86_64',
    'manylinux_2_28_x86_64',
    'manylinux_2_28_x86_64.manylinux_2_34_x86_64',
  ],
])('retags %s, aimed at %s and found to be %s', (old, wanted, best, tags) => {
  expect(repairedPlatforms(old, wanted, best).join('.')).toBe(tags);
});

it('writes a script that no name can break out of', () => {
  expect(scriptShim('demo.scripts/a"b\\c')).toContain('*["demo.scripts","a\\"b\\\\c"]');
});
