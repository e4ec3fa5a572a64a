import { stat } from 'node:fs/promises';
import { ElfError, inspectElf, isElf, openFile, type ElfFile } from '@wheelwright/elf';

/**
 * What a file of this machine says, as far as the loader would look at it: undefined for what isn't there, may not be
 * read, or isn't a whole ELF file (such as a linker script), which the loader passes over.
 */
export async function inspectLoadable(path: string): Promise<ElfFile | undefined> {
  // Not only absent files: a pipe would never be read to its end.
  const isFile = await stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
  if (!isFile) return undefined;
  try {
    const source = await openFile(path);
    try {
      return (await isElf(source)) ? await inspectElf(source) : undefined;
    } finally {
      await source.close();
    }
  } catch (error) {
    if (error instanceof ElfError || isRefused(error)) return undefined;
    throw error;
  }
}

function isRefused(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'ENOENT');
}
