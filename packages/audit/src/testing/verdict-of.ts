import { bufferSource, inspectElf } from '@wheelwright/elf';
import { buildElf, type ElfRecipe } from '@wheelwright/testing';
import { judge, type JudgeInput } from '../judge.js';
import type { Verdict } from '../verdict.js';

/** A file that needs one symbol version of glibc. */
export const glibc = (version: string): ElfRecipe => ({
  needed: ['libc.so.6'],
  versionNeeds: { 'libc.so.6': [version] },
});

/** The verdict over synthetic files. */
export async function verdict(
  recipes: Readonly<Record<string, ElfRecipe>>,
  input: Partial<Omit<JudgeInput, 'files'>> = {},
): Promise<Verdict> {
  const files = await Promise.all(
    Object.entries(recipes).map(async ([path, recipe]) => ({
      path,
      elf: await inspectElf(bufferSource(buildElf(recipe))),
    })),
  );
  return judge({ kind: 'folder', files, ...input });
}
