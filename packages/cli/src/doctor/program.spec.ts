import { expect, it } from '@jest/globals';
import { versionIn } from './program.js';

it.each([
  ['gcc (Debian 12.2.0-14+deb12u1) 12.2.0\nCopyright (C) 2022 Free Software Foundation', '12.2.0'],
  ['cmake version 3.25.1', '3.25.1'],
  ['Cuda compilation tools, release 13.5, V13.5.37', '13.5'],
  ['GNU strip (GNU Binutils for Debian) 2.40', '2.40'],
  ['slurm-wlm 22.05.8', '22.05.8'],
  ['20.10.24+dfsg1', '20.10.24+dfsg1'],
  ['no such thing', null],
])('finds the version in %j', (text, version) => {
  expect(versionIn(text)).toBe(version);
});
