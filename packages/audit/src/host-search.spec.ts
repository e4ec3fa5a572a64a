import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { bufferSource, inspectElf } from '@wheelwright/elf';
import { buildElf, temporaryFolder, type ElfRecipe } from '@wheelwright/testing';
import { findHostLibraries } from './host-search.js';

const root = await temporaryFolder('host');

async function search(needed: readonly string[], folders: readonly string[]): Promise<string[]> {
  const elf = await inspectElf(bufferSource(buildElf({ needed })));
  const found = await findHostLibraries([{ path: 'a.so', elf }], folders);
  return found.map(({ path }) => path);
}

async function host(name: string, content: ElfRecipe | string | Uint8Array): Promise<string> {
  const path = join(root, name);
  await mkdir(join(path, '..'), { recursive: true });
  const isBytes = typeof content === 'string' || content instanceof Uint8Array;
  await writeFile(path, isBytes ? content : buildElf(content));
  return path;
}

describe('findHostLibraries', () => {
  it('finds every candidate, and what those need in their turn', async () => {
    const first = await host('one/libq.so', { needed: ['libr.so'] });
    const second = await host('two/libq.so', { machine: 'aarch64' });
    const third = await host('two/libr.so', { needed: ['libq.so'] });
    const folders = [join(root, 'one'), join(root, 'two'), join(root, 'nowhere')];
    expect(await search(['libq.so', 'libgone.so'], folders)).toEqual([first, second, third]);
  });

  it.each([
    ['a linker script', '/* GNU ld script */\nINPUT ( /lib/libc.so.6 )\n'],
    ['an empty file', ''],
    ['a file that only begins as ELF', '\x7fELF'],
    ['a cut one', buildElf({}).subarray(0, 100)],
  ])('passes over %s', async (what, content) => {
    const folder = join('odd', what);
    await host(join(folder, 'libc.so'), content);
    expect(await search(['libc.so'], [join(root, folder)])).toEqual([]);
  });

  it('leads out of no folder, and opens nothing but files', async () => {
    await host('libq.so', {});
    await mkdir(join(root, 'deep/libd.so'), { recursive: true });
    expect(await search(['../libq.so', 'libd.so'], [join(root, 'deep')])).toEqual([]);
  });

  it('looks nowhere unless asked to', async () => {
    expect(await search(['libc.so.6'], [])).toEqual([]);
  });
});
