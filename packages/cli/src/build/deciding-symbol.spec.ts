import { describe, expect, it } from '@jest/globals';
import { judge } from '@wheelwright/audit';
import { bufferSource, inspectElf } from '@wheelwright/elf';
import { buildElf } from '@wheelwright/testing';
import { decidingSymbol } from './deciding-symbol.js';

async function decide(...needs: [library: string, version: string][]) {
  const imports = needs.map(([library, version]) => ({ name: `needs_${version}`, library, version }));
  const elf = await inspectElf(bufferSource(buildElf({ needed: ['libc.so.6', 'libstdc++.so.6'], imports })));
  return decidingSymbol(judge({ kind: 'folder', files: [{ path: 'lib.so', elf }] }));
}

describe('decidingSymbol', () => {
  it('is the newest version that the next older policy lacks, of whichever library', async () => {
    const needs: [string, string][] = [
      ['libc.so.6', 'GLIBC_2.14'],
      ['libstdc++.so.6', 'GLIBCXX_3.4.29'],
      ['libc.so.6', 'GLIBC_2.2.5'],
    ];
    expect(await decide(...needs)).toMatchObject({
      version: 'GLIBCXX_3.4.29',
      symbols: ['needs_GLIBCXX_3.4.29'],
    });
  });

  it('compares versions by their numbers', async () => {
    expect(await decide(['libc.so.6', 'GLIBC_2.15'], ['libc.so.6', 'GLIBC_2.16'])).toMatchObject({
      version: 'GLIBC_2.16',
    });
  });

  it('is none where the oldest policy has everything', async () => {
    expect(await decide(['libc.so.6', 'GLIBC_2.2.5'])).toBeUndefined();
  });
});
