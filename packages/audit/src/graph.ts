import { posix } from 'node:path';
import type { ElfFile } from '@wheelwright/elf';
import { fits, type HostLibrary, type HostSearch } from './host-library.js';
import type { Loaded } from './load-chain.js';
import type { Family } from './policy.js';
import { wheelSearch, type WheelSearch } from './search-path.js';

/** A file that is judged: its name in the wheel or folder, and what its bytes say. */
export interface AuditedFile {
  readonly path: string;
  readonly elf: ElfFile;
}

/** A library that a file needs and the wheel doesn't bring. */
export interface External {
  readonly library: string;
  /** The file that needs it, which is one of the host's where that is what led here. */
  readonly file: AuditedFile;
  /** The way to that file: the root first, the file last. */
  readonly chain: readonly string[];
  /** What the host has under this name, where the host was searched. */
  readonly host: HostLibrary | undefined;
}

/** What a file loads, directly or through others. */
export interface Closure {
  readonly root: AuditedFile;
  /** Files of the wheel that are loaded, with the way to them: the root first, themselves last. */
  readonly bundled: ReadonlyMap<string, readonly string[]>;
  /** Every need of a library that isn't in the wheel: one library may be needed by several files. */
  readonly external: readonly External[];
}

/** Where libraries are looked for. */
export interface Surroundings {
  /** The wheel's own files, by their paths. */
  readonly files: ReadonlyMap<string, AuditedFile>;
  readonly search: WheelSearch;
  /** The host's libraries: none, unless they were asked for. */
  readonly host: HostSearch;
}

/** Where the loader of a family looks for what these files need. */
export function surroundingsOf(
  files: readonly AuditedFile[],
  family: Family,
  host: HostSearch,
): Surroundings {
  return { files: new Map(files.map((file) => [file.path, file])), search: wheelSearch(family), host };
}

/**
 * Files that something outside the wheel loads: Python extensions, and everything that no other file needs by its
 * name. The rest is loaded by them.
 */
export function rootsOf(files: readonly AuditedFile[]): AuditedFile[] {
  const needed = new Set(files.flatMap(({ elf }) => elf.needed));
  return files.filter((file) => isExtension(file) || !needed.has(posix.basename(file.path)));
}

/** A file whose name is that of a module that it initialises. */
export function isExtension({ path, elf }: AuditedFile): boolean {
  const [stem = ''] = posix.basename(path).split('.');
  return elf.pythonInit.includes(stem);
}

/**
 * Follows NEEDED from a root through the wheel as the loader does: breadth first, each name decided once, found by
 * the search paths of the first file that needs it and of its loaders. The machine's own folders are never looked
 * into, except those that `host` was made of.
 *
 * @param stop - libraries that are not followed: the policy allows them, so they come from the system
 */
export function closureOf(
  root: AuditedFile,
  around: Surroundings,
  stop: (library: string) => boolean,
): Closure {
  const bundled = new Map<string, readonly string[]>([[root.path, [root.path]]]);
  const decided = new Map<string, AuditedFile | HostLibrary | undefined>();
  const external: External[] = [];
  const queue: (Loaded & { readonly way: readonly string[] })[] = [
    { file: root, loader: undefined, way: [root.path] },
  ];
  for (let loaded = queue.shift(); loaded !== undefined; loaded = queue.shift()) {
    const { file, way } = loaded;
    for (const library of new Set(file.elf.needed)) {
      if (stop(library)) continue;
      const isNew = !decided.has(library);
      const found = isNew ? find(library, loaded, around) : decided.get(library);
      decided.set(library, found);
      const host = found !== undefined && isHostLibrary(found) ? found : undefined;
      if (found === undefined || host !== undefined) external.push({ library, file, chain: way, host });
      if (found === undefined || !isNew || bundled.has(found.path)) continue;
      if (host === undefined) bundled.set(found.path, [...way, found.path]);
      queue.push({ file: found, loader: loaded, way: [...way, found.path] });
    }
  }
  return { root, bundled, external };
}

function isHostLibrary(found: AuditedFile | HostLibrary): found is HostLibrary {
  return 'name' in found;
}

function find(library: string, loaded: Loaded, around: Surroundings): AuditedFile | HostLibrary | undefined {
  if (isLibpython(library)) return undefined;
  return findInWheel(library, loaded, around) ?? around.host(library, loaded.file.elf);
}

/** The interpreter's own library is the interpreter's to bring: a wheel that needs it works with some and not with others. */
export function isLibpython(library: string): boolean {
  return /^libpython\d+\.\d+m?\.so(?:\.\d)*$/.test(library);
}

function findInWheel(
  library: string,
  loaded: Loaded,
  { files, search }: Surroundings,
): AuditedFile | undefined {
  const at = (path: string): AuditedFile | undefined => {
    const file = files.get(path);
    return file !== undefined && fits(file.elf, loaded.file.elf) ? file : undefined;
  };
  // A name with a slash is a path from where the process was started, which no wheel knows.
  if (library.includes('/')) return undefined;
  for (const folders of search(loaded)) {
    const found = folders.map((folder) => at(folder === '.' ? library : `${folder}/${library}`));
    if (found.every((file) => file !== undefined)) return found[0];
  }
  return undefined;
}
