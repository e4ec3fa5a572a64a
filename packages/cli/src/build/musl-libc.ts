import { basename } from 'node:path';
import { inspectElf, isElf, openFile } from '@wheelwright/elf';
import { patchFile } from '@wheelwright/elf/patch';
import { muslRename } from '@wheelwright/repair';
import type { ProjectFile } from '../config/load.js';
import type { BuiltFile } from './compile-project.js';
import { makesOwnWheel } from './own-wheel.js';

/** Whether what was compiled for a target (PEP 656) needs `nameMuslLibc`: a wheel of the project's own is repaired. */
export function lacksMuslName(file: ProjectFile, target: string | undefined): boolean {
  return target?.startsWith('musllinux_') === true && !makesOwnWheel(file);
}

/**
 * Names musl's C library as its loader does, in libraries that were linked against `libc.so`: zig's musl has no other
 * name, no system has a library of that one, and wheels need `libc.musl-x86_64.so.1` instead. The files are replaced.
 *
 * @throws ElfError for a library that can't be read
 */
export async function nameMuslLibc(
  libraries: readonly Pick<BuiltFile, 'path'>[],
  signal: AbortSignal,
): Promise<void> {
  const names = new Set(libraries.map(({ path }) => basename(path)));
  for (const { path } of libraries) {
    signal.throwIfAborted();
    const source = await openFile(path);
    let renameNeeded: Readonly<Record<string, string>>;
    try {
      if (!(await isElf(source))) continue;
      renameNeeded = muslRename({ path, elf: await inspectElf(source) }, names);
    } finally {
      await source.close();
    }
    if (Object.keys(renameNeeded).length > 0) await patchFile(path, path, { renameNeeded }, { signal });
  }
}
