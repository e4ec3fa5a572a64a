import { posix } from 'node:path';
import { fits, type AuditedFile, type HostLibrary } from '@wheelwright/audit';
import type { ElfFile } from '@wheelwright/elf';
import { readHostFile, type HostFile } from './host-file.js';
import type { SearchFolders } from './system-folders.js';

/** What a search found. */
export interface Located {
  /** The library that the loader would give to a file, by the file's path: in the wheel, or of a library found here. */
  readonly find: (file: string, library: string) => HostFile | undefined;
  /** Everything that was found, by the names that it was looked for under. */
  readonly libraries: readonly HostLibrary[];
  /** The same, each file once. */
  readonly files: readonly HostFile[];
  /** The folders that a file's needs were looked for in, for a message. */
  readonly searched: (file: string) => readonly string[];
}

/** A file whose needs are followed. */
interface Seeker {
  readonly path: string;
  readonly elf: ElfFile;
  /** What $ORIGIN means; undefined for a file of the wheel, whose own folders aren't on this machine. */
  readonly origin: string | undefined;
  readonly loader: Seeker | undefined;
}

/**
 * Looks on this machine for what the files of a wheel need, and for what those libraries need in their turn, as the
 * loader would: RPATH of the file and its loaders (unless it has a RUNPATH), LD_LIBRARY_PATH, RUNPATH, the system's
 * folders. Of another class, byte order, machine or system nothing is taken. The RUNPATH of a wheel's file serves its
 * libraries as well: it is the build's, and names where the build put them.
 *
 * @param isSystem - libraries that need no look: every system has them, or somebody else brings them
 */
export async function locateLibraries(
  files: readonly AuditedFile[],
  folders: SearchFolders,
  isSystem: (library: string) => boolean,
  signal?: AbortSignal,
): Promise<Located> {
  const known = new Map<string, Promise<HostFile | undefined>>();
  const read = (path: string): Promise<HostFile | undefined> => {
    const file = known.get(path) ?? readHostFile(path, folders.sysroot);
    known.set(path, file);
    return file;
  };
  const found = new Map<string, HostFile>();
  const libraries = new Map<string, HostLibrary>();
  const searched = new Map<string, readonly string[]>();
  const queue: Seeker[] = files.map(({ path, elf }) => ({ path, elf, origin: undefined, loader: undefined }));
  const followed = new Set<string>();
  for (let seeker = queue.shift(); seeker !== undefined; seeker = queue.shift()) {
    signal?.throwIfAborted();
    const path = foldersFor(seeker, folders);
    searched.set(seeker.path, path);
    for (const library of new Set(seeker.elf.needed)) {
      if (library.includes('/') || isSystem(library)) continue;
      const file = await firstFitting(path, library, seeker.elf, read);
      if (file === undefined) continue;
      found.set(key(seeker.path, library), file);
      libraries.set(key(library, file.path), { name: library, path: file.path, elf: file.elf });
      if (followed.has(file.realPath)) continue;
      followed.add(file.realPath);
      queue.push({ path: file.realPath, elf: file.elf, origin: posix.dirname(file.path), loader: seeker });
    }
  }
  return {
    find: (file, library) => found.get(key(file, library)),
    libraries: [...libraries.values()],
    files: [...new Map(Array.from(found.values(), (file) => [file.realPath, file])).values()],
    searched: (file) => searched.get(file) ?? [],
  };
}

/** Looks for one library by its name, where no file asks for it: a root that is only ever loaded by dlopen. */
export async function locateRoot(
  name: string,
  wanted: ElfFile,
  { first, last, sysroot }: SearchFolders,
): Promise<HostFile | undefined> {
  return firstFitting([...first, ...last], name, wanted, (path) => readHostFile(path, sysroot));
}

async function firstFitting(
  folders: readonly string[],
  library: string,
  wanted: ElfFile,
  read: (path: string) => Promise<HostFile | undefined>,
): Promise<HostFile | undefined> {
  for (const folder of folders) {
    const file = await read(posix.join(folder, library));
    if (file !== undefined && fits(file.elf, wanted)) return file;
  }
  return undefined;
}

function foldersFor(seeker: Seeker, { first, last, sysroot }: SearchFolders): string[] {
  const chain: Seeker[] = [];
  for (let at: Seeker | undefined = seeker; at !== undefined; at = at.loader) chain.push(at);
  const rpath =
    seeker.elf.runpath.length > 0
      ? []
      : chain
          .filter(({ elf }) => elf.runpath.length === 0)
          .flatMap((file) => expanded(file, file.elf.rpath, sysroot));
  const runpath = expanded(seeker, seeker.elf.runpath, sysroot);
  const root = chain.at(-1);
  const inherited = root === undefined || root === seeker ? [] : expanded(root, root.elf.runpath, sysroot);
  return [...new Set([...rpath, ...first, ...runpath, ...inherited, ...last])];
}

/** The entries of a search path that are folders of this machine. */
function expanded({ origin }: Seeker, entries: readonly string[], sysroot: string): string[] {
  return entries.flatMap((entry) => {
    const match = /^\$(?:ORIGIN|\{ORIGIN\})(\/.*)?$/.exec(entry);
    if (match !== null) return origin === undefined ? [] : [posix.join(origin, match[1] ?? '')];
    return entry.startsWith('/') && !entry.includes('$') ? [posix.join(sysroot, entry)] : [];
  });
}

function key(a: string, b: string): string {
  return `${a}\0${b}`;
}
