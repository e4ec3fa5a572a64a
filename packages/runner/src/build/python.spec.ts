import { expect, it } from '@jest/globals';
import { parseTarget } from '../target.js';
import { foreignSuffix } from './python.js';

it.each([
  ['.cpython-311-x86_64-linux-gnu.so', 'manylinux2014_aarch64', '.cpython-311-aarch64-linux-gnu.so'],
  ['.cpython-313t-x86_64-linux-gnu.so', 'manylinux2014_ppc64le', '.cpython-313t-powerpc64le-linux-gnu.so'],
  ['.cpython-311-x86_64-linux-gnu.so', 'manylinux2014_i686', '.cpython-311-i386-linux-gnu.so'],
  ['.cpython-311-x86_64-linux-gnu.so', 'musllinux_1_2_x86_64', '.cpython-311-x86_64-linux-musl.so'],
  ['.pypy39-pp73-x86_64-linux-gnu.so', 'manylinux2014_aarch64', '.pypy39-pp73-aarch64-linux-gnu.so'],
  ['.so', 'manylinux2014_aarch64', '.so'],
])('%s is for %s %s', (suffix, target, foreign) => {
  expect(foreignSuffix(suffix, parseTarget(target))).toBe(foreign);
});
