import { describe, expect, it } from '@jest/globals';
import { python } from '@wheelwright/testing';
import { libraryPattern } from './library-pattern.js';

const names = [
  'libcuda.so.1',
  'libcuda.so',
  'libcudart.so.12',
  'libnvidia-ml.so.1',
  'lib[x].so',
  'libé.so',
  '',
];
const patterns = [
  'libcuda.so*',
  'libcuda.so.1',
  'lib*.so',
  '*',
  '?ibcuda.so',
  'lib[cn]*',
  'lib[!c]*',
  'lib[^c]*',
];

describe('libraryPattern', () => {
  it.each([
    ...patterns,
    'lib[[]x].so',
    'lib[]x].so',
    'lib[',
    'a**b',
    'lib.uda.so',
    'lib(cuda)',
    '\\d',
    'lib[z-a]*',
  ])('%s matches what Python’s fnmatch matches', async (pattern) => {
    const expected = await python<string[]>(
      'import fnmatch\nprint(json.dumps([n for n in argv[0] if fnmatch.fnmatchcase(n, argv[1])]))',
      names,
      pattern,
    );
    expect(names.filter(libraryPattern([pattern]))).toEqual(expected);
  });
});
