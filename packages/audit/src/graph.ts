import { posix } from 'node:path';
import type { ElfFile } from '@wheelwright/elf';
import type { Family } from './policy.js';

/** A file that is judged: its name in the wheel or folder, and what its bytes say. */
export interface AuditedFile {
  readonly path: string;
  readonly elf: ElfFile;
}

/** What a file loads, directly or through others. */
export interface Closure {
  readonly root: AuditedFile;
  /** Files of the wheel that are loaded, with the way to them: the root first, themselves last. */
  readonly bundled: ReadonlyMap<string, readonly string[]>;
  /** Libraries that nothing in the wheel provides, with the way to the file that needs each. */
  readonly missing: ReadonlyMap<string, readonly string[]>;
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
 * Follows NEEDED from a root through the wheel as the loader does: breadth first, each name once, found by the
 * search paths of the file that needs it and of its loaders. The machine's own folders are never looked into.
 *
 * @param stop - libraries that are not followed: the policy allows them, so they come from the system
 */
export function closureOf(
  root: AuditedFile,
  files: ReadonlyMap<string, AuditedFile>,
  family: Family,
  stop: (library: string) => boolean,
): Closure {
  const bundled = new Map<string, readonly string[]>([[root.path, [root.path]]]);
  const missing = new Map<string, readonly string[]>();
  const seen = new Set<string>();
  const queue: Loaded[] = [{ file: root, loader: undefined }];
  for (let loaded = queue.shift(); loaded !== undefined; loaded = queue.shift()) {
    const way = bundled.get(loaded.file.path) ?? [];
    for (const library of loaded.file.elf.needed) {
      if (seen.has(library) || stop(library)) continue;
      seen.add(library);
      const found = isLibpython(library) ? undefined : resolve(library, loaded, files, family);
      if (found === undefined) missing.set(library, way);
      else if (!bundled.has(found.path)) {
        bundled.set(found.path, [...way, found.path]);
        queue.push({ file: found, loader: loaded });
      }
    }
  }
  return { root, bundled, missing };
}

/** The interpreter's own library is the interpreter's to bring: a wheel that needs it works with some and not with others. */
function isLibpython(library: string): boolean {
  return /^libpython\d+\.\d+m?\.so/.test(library);
}

interface Loaded {
  readonly file: AuditedFile;
  readonly loader: Loaded | undefined;
}

function resolve(
  library: string,
  loaded: Loaded,
  files: ReadonlyMap<string, AuditedFile>,
  family: Family,
): AuditedFile | undefined {
  const candidates = library.includes('/')
    ? [library.startsWith('/') ? undefined : posix.normalize(library)]
    : searchPath(loaded, family).map((folder) => posix.join(folder, library));
  for (const candidate of candidates) {
    const file = candidate === undefined ? undefined : files.get(candidate);
    if (file !== undefined && fits(file.elf, loaded.file.elf)) return file;
  }
  return undefined;
}

/**
 * Folders of the wheel in the loader's order. glibc (ld.so(8)): the file's RPATH and those of its loaders, unless
 * the file has a RUNPATH, which is its own alone. musl: RPATH and RUNPATH mean the same, and both are inherited.
 */
function searchPath(loaded: Loaded, family: Family): string[] {
  const own = loaded.file;
  if (family === 'musllinux')
    return chain(loaded).flatMap((file) => folders(file, [...file.elf.rpath, ...file.elf.runpath]));
  if (own.elf.runpath.length > 0) return folders(own, own.elf.runpath);
  return chain(loaded)
    .filter((file) => file.elf.runpath.length === 0)
    .flatMap((file) => folders(file, file.elf.rpath));
}

function chain(loaded: Loaded): AuditedFile[] {
  const files: AuditedFile[] = [];
  for (let current: Loaded | undefined = loaded; current !== undefined; current = current.loader)
    files.push(current.file);
  return files;
}

/**
 * Expands $ORIGIN. Absolute folders belong to the machine, and a wheel can't know what is there; nor what $LIB and
 * $PLATFORM stand for, which is `lib64` on one system and `lib/x86_64-linux-gnu` on another.
 */
function folders({ path }: AuditedFile, entries: readonly string[]): string[] {
  const origin = posix.dirname(path);
  return entries
    .filter((entry) => /^\$(?:ORIGIN|\{ORIGIN\})(?:\/[^$]*)?$/.test(entry))
    .map((entry) => posix.normalize(entry.replace(/^\$(?:ORIGIN|\{ORIGIN\})/, origin)));
}

/** The loader passes over files of another class, byte order, machine or system (gABI, "ELF Identification"). */
export function fits(candidate: ElfFile, wanted: ElfFile): boolean {
  return (
    candidate.class === wanted.class &&
    candidate.endian === wanted.endian &&
    candidate.machine === wanted.machine &&
    (candidate.osabi === wanted.osabi || (LINUX_ABIS.has(candidate.osabi) && LINUX_ABIS.has(wanted.osabi)))
  );
}

/** EI_OSABI of what Linux loads: the unspecific one, and the one that files with GNU extensions bear. */
const LINUX_ABIS: ReadonlySet<string> = new Set(['sysv', 'gnu']);
