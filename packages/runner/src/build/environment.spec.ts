import { expect, it } from '@jest/globals';
import { buildEnvironment } from './environment.js';

const tools = { cc: 'cc', cxx: 'c++', ar: 'ar', ranlib: 'ranlib' };
const equipment = { tools, env: { CC: 'cc', CFLAGS: '-ours', CPATH: '/p/include' } };

it('sees a few variables of the caller, the toolchain and what was declared', () => {
  const caller = {
    PATH: '/bin',
    HOME: '/home/me',
    CPATH: '/leak',
    AWS_SECRET_ACCESS_KEY: 'x',
    LD_PRELOAD: 'y',
  };
  const declared = { USE_CUDA: '0', CC: 'mine', CFLAGS: '-theirs', CPATH: '/q' };
  expect(buildEnvironment({ caller, equipment, declared, temporary: '/tmp/w' })).toEqual({
    PATH: '/bin',
    HOME: '/home/me',
    LANG: 'C.UTF-8',
    TMPDIR: '/tmp/w',
    SOURCE_DATE_EPOCH: '315532800',
    USE_CUDA: '0',
    CC: 'mine',
    CFLAGS: '-theirs -ours',
    CPATH: '/q:/p/include',
  });
});

it('keeps a date that the caller has set', () => {
  const caller = { SOURCE_DATE_EPOCH: '1700000000' };
  expect(buildEnvironment({ caller, equipment, declared: {}, temporary: '/t' })).toMatchObject({
    SOURCE_DATE_EPOCH: '1700000000',
  });
});
