import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '@wheelwright/testing';
import { isBelow, resolveInside, staysInside } from './containment.js';

it.each([
  ['/a', '/a', true],
  ['/a', '/a/b', true],
  ['/a', '/a/..b', true],
  ['/a', '/ab', false],
  ['/a', '/', false],
])('isBelow(%s, %s) is %s', (root, path, expected) => {
  expect(isBelow(root, path)).toBe(expected);
});

it.each([
  ['src/operator', true],
  ['.', true],
  ['a/..b', true],
  ['..', false],
  ['a/../b', false],
  ['/a', false],
  ['a\0b', false],
])('staysInside(%j) is %s', (path, expected) => {
  expect(staysInside(path)).toBe(expected);
});

const folder = await temporaryFolder('containment');

describe('resolveInside', () => {
  let root: string;

  beforeAll(async () => {
    root = join(folder, 'root');
    await mkdir(join(root, 'deep/er'), { recursive: true });
    await writeFile(join(root, 'file'), '');
    const links = {
      short: 'deep/er',
      up: '..',
      out: '/etc',
      loop: 'loop',
      chain: 'short/..',
      trick: 'short/../../..',
    };
    for (const [name, target] of Object.entries(links)) await symlink(target, join(root, name));
  });

  it.each([
    ['deep/er', 'deep/er'],
    ['short/x', 'deep/er/x'],
    ['chain/x', 'deep/x'],
    ['not/there', 'not/there'],
    ['file/x', 'file/x'],
    ['deep/../file', 'file'],
  ])('resolves %s to %s', async (path, expected) => {
    expect(await resolveInside(root, path)).toBe(join(root, expected));
  });

  // `trick` looks as if it stayed inside as long as nobody follows `short`.
  it.each(['..', 'deep/../../root', 'up', 'out/passwd', 'loop', 'trick', '/etc'])(
    'refuses %s',
    async (path) => {
      expect(await resolveInside(root, path)).toBeUndefined();
    },
  );
});
