import { describe, expect, it } from '@jest/globals';
import * as elf from './index.js';
import * as patch from './patch/index.js';

describe('the public API', () => {
  it('is these names', () => {
    expect(Object.keys(elf).sort()).toEqual([
      'ARCHITECTURES',
      'ElfError',
      'bufferSource',
      'dynamicStringsContain',
      'exportedNames',
      'inspectElf',
      'isElf',
      'openFile',
      'readSectionTable',
    ]);
  });

  it('has these names to patch with', () => {
    expect(Object.keys(patch).sort()).toEqual(['checkPatched', 'patchFile', 'patchedSource', 'planPatch']);
  });
});
