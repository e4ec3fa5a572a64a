import { join } from 'node:path';
import type { AuditedFile } from './graph.js';
import { inspectLoadable } from './host-file.js';
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
      const elf = await inspectLoadable(path);
      if (elf === undefined) continue;
      found.push({ name, path, elf });
      queue.push(...elf.needed);
    }
  }
  return found;
}
