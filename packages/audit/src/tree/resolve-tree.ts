import { posix } from 'node:path';
import type { ElfFile } from '@wheelwright/elf';
import type { AuditedFile } from '../graph.js';
import { fits } from '../host-library.js';
import type { Loaded } from '../load-chain.js';
import { placesOf, type FoundBy, type Machine } from './library-search.js';

/** A library that a program or library loads, directly or through others. */
export interface TreeLibrary {
  /** The name by which it is needed. */
  readonly name: string;
  /** Where the loader finds it; null where it doesn't. */
  readonly path: string | null;
  readonly foundBy: FoundBy | null;
  /** What it needs in its turn. */
  readonly needed: readonly string[];
}

/** What a file loads on a machine, in the loader's order: breadth first, each name once. */
export interface LoadTree {
  readonly interpreter: string | null;
  readonly needed: readonly string[];
  readonly libraries: readonly TreeLibrary[];
}

/** Reads the file at an absolute path: undefined where there is none, or none that is ELF. */
export type ReadElf = (path: string) => Promise<ElfFile | undefined>;

/**
 * Finds the libraries that a machine's loader would load for a file. A name that was found once stays what it is for
 * all that need it; a file of another class, byte order or machine is passed over.
 */
export async function resolveTree(root: AuditedFile, machine: Machine, read: ReadElf): Promise<LoadTree> {
  const { interpreter, needed } = root.elf;
  const libraries = new Map<string, TreeLibrary>();
  if (interpreter !== undefined) {
    const elf = await read(interpreter);
    libraries.set(posix.basename(interpreter), {
      name: posix.basename(interpreter),
      path: elf === undefined ? null : interpreter,
      foundBy: elf === undefined ? null : 'interpreter',
      needed: elf?.needed ?? [],
    });
  }
  const queue: Loaded[] = [{ file: root, loader: undefined }];
  for (let loaded = queue.shift(); loaded !== undefined; loaded = queue.shift()) {
    for (const name of loaded.file.elf.needed) {
      if (libraries.has(name)) continue;
      const found = await find(name, loaded, machine, read);
      libraries.set(name, {
        name,
        path: found?.file.path ?? null,
        foundBy: found?.by ?? null,
        needed: found?.file.elf.needed ?? [],
      });
      if (found !== undefined) queue.push({ file: found.file, loader: loaded });
    }
  }
  return { interpreter: interpreter ?? null, needed, libraries: [...libraries.values()] };
}

async function find(
  name: string,
  loaded: Loaded,
  machine: Machine,
  read: ReadElf,
): Promise<{ readonly file: AuditedFile; readonly by: FoundBy } | undefined> {
  for (const { path, by } of placesOf(name, loaded, machine)) {
    const elf = await read(path);
    if (elf !== undefined && fits(elf, loaded.file.elf)) return { file: { path, elf }, by };
  }
  return undefined;
}
