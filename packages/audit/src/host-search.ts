import { join } from 'node:path';
import { stat } from 'node:fs/promises';
import { ElfError, inspectElf, isElf, openFile, type ElfFile } from '@wheelwright/elf';
import type { AuditedFile } from './graph.js';
import type { HostLibrary } from './host-library.js';

/**
 * Looks in folders of this machine for every library that the files need, and for what those need in their turn.
 * What isn't an ELF file, such as a linker script, is passed over as the loader passes over it, and so is an ELF file
 * that is broken or that may not be read.
 *
 * @param folders - absolute; searched in this order
 */
export async function findHostLibraries(
  files: readonly AuditedFile[],
  folders: readonly string[],
): Promise<HostLibrary[]> {
  if (folders.length === 0) return [];
  const found: HostLibrary[] = [];
  const seen = new Set<string>();
  const queue = files.flatMap(({ elf }) => elf.needed);
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    if (seen.has(name) || name.includes('/')) continue;
    seen.add(name);
    for (const folder of folders) {
      const path = join(folder, name);
      const elf = await inspectHostFile(path);
      if (elf === undefined) continue;
      found.push({ name, path, elf });
      queue.push(...elf.needed);
    }
  }
  return found;
}

async function inspectHostFile(path: string): Promise<ElfFile | undefined> {
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
