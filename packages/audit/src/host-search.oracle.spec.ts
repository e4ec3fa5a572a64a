import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { openFile } from '@wheelwright/elf';
import { buildElf, oracle, repositoryRoot, temporaryFolder, type ElfRecipe } from '@wheelwright/testing';
import { auditWheel } from './audit-wheel.js';

const root = await temporaryFolder('ldpaths');

/** What both say with a folder of this machine to search: tags, and where external libraries are. */
interface Answer {
  readonly platform: string;
  readonly platformBySymbols: string;
  readonly external: Readonly<Record<string, string | null>>;
}

async function ours(wheel: string, folder: string): Promise<Answer> {
  const source = await openFile(wheel);
  try {
    const { platform, platformBySymbols, external } = await auditWheel(source, {
      path: wheel,
      ldpaths: [folder],
    });
    return { platform, platformBySymbols, external: Object.values(external)[0] ?? {} };
  } finally {
    await source.close();
  }
}

async function theirs(wheel: string, folder: string): Promise<Answer> {
  const { stdout, stderr } = await oracle('auditwheel', ['show', '--json', `--ldpaths=${folder}`, wheel]);
  if (stdout === '') throw new Error(stderr);
  const said = JSON.parse(stdout) as Record<'overall_tag' | 'sym_tag', string> & {
    external_libs: Answer['external'];
  };
  return { platform: said.overall_tag, platformBySymbols: said.sym_tag, external: said.external_libs };
}

describe('with a folder of this machine to search, auditwheel says the same', () => {
  const needing = (version: string, more: ElfRecipe = {}): ElfRecipe => ({
    versionNeeds: { 'libc.so.6': [version] },
    needed: ['libc.so.6'],
    ...more,
  });

  it.each<[string, Record<string, ElfRecipe>]>([
    ['where nothing is found', {}],
    ['of a library that needs more than the wheel', { 'libqdep.so.1': needing('GLIBC_2.34') }],
    ['of one that needs less', { 'libqdep.so.1': needing('GLIBC_2.2.5') }],
    [
      'of one that needs others',
      {
        'libqdep.so.1': needing('GLIBC_2.12', {
          needed: ['libc.so.6', 'libother.so', 'libgone.so', 'libz.so.1'],
        }),
        'libother.so': needing('GLIBC_2.38'),
        'libz.so.1': needing('GLIBC_2.40'),
      },
    ],
    ['of one for another machine', { 'libqdep.so.1': needing('GLIBC_2.34', { machine: 'i686' }) }],
  ])('%s', async (what, libraries) => {
    const folder = join(root, what);
    await mkdir(folder, { recursive: true });
    for (const [name, recipe] of Object.entries(libraries))
      await writeFile(join(folder, name), buildElf(recipe));
    const wheel = join(
      repositoryRoot,
      'packages/audit/fixtures/q14external-1.0-cp311-cp311-linux_x86_64.whl',
    );
    expect(await ours(wheel, folder)).toEqual(await theirs(wheel, folder));
  });
});
