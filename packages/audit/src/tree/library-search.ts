import { posix } from 'node:path';
import type { AuditedFile } from '../graph.js';
import type { LdSoCache } from './ld-so-cache.js';

/** What of a machine decides where its loader looks. */
export interface Machine {
  /** The C library whose loader it is: that of glibc, or musl's. */
  readonly libc: 'glibc' | 'musl';
  /** LD_LIBRARY_PATH */
  readonly libraryPath: readonly string[];
  /** `/etc/ld.so.cache`; empty with musl, which has none. */
  readonly cache: LdSoCache;
  /** The folders that are searched last, or with musl the contents of `/etc/ld-musl-ARCH.path`. */
  readonly systemFolders: readonly string[];
  /** What $LIB stands for. */
  readonly lib: string;
}

/** What led to a library. */
export type FoundBy =
  | 'interpreter'
  | 'path'
  | 'rpath'
  | 'ld-library-path'
  | 'runpath'
  | 'ld-so-cache'
  | 'system-folder';

/** A file that is loaded, and the one that needs it; its path is absolute. */
export interface Loading {
  readonly file: AuditedFile;
  readonly loader: Loading | undefined;
}

/** Where a library may be, in the order in which the loader looks. */
export interface Place {
  readonly path: string;
  readonly by: FoundBy;
}

/** The places where the machine's loader looks for what a file needs: ld.so(8), or musl's ldso/dynlink.c. */
export function placesOf(library: string, loading: Loading, machine: Machine): Place[] {
  if (library.includes('/')) return [{ path: library, by: 'path' }];
  const at = (folders: readonly string[], by: FoundBy): Place[] =>
    folders.map((folder) => ({ path: posix.join(folder === '' ? '.' : folder, library), by }));
  return machine.libc === 'musl'
    ? muslPlaces(loading, machine, at)
    : glibcPlaces(library, loading, machine, at);
}

type At = (folders: readonly string[], by: FoundBy) => Place[];

function glibcPlaces(library: string, loading: Loading, machine: Machine, at: At): Place[] {
  const { elf } = loading.file;
  // A RUNPATH is its file's alone, and takes the RPATH's place, there and for what its file has loaded.
  const rpath =
    elf.runpath.length > 0 ? [] : chainOf(loading).filter((file) => file.elf.runpath.length === 0);
  const own = expand(loading.file, elf.runpath, machine);
  const places = [
    ...at(
      rpath.flatMap((file) => expand(file, file.elf.rpath, machine)),
      'rpath',
    ),
    ...at(machine.libraryPath, 'ld-library-path'),
    ...at(own, 'runpath'),
  ];
  const system = new Set(machine.systemFolders);
  const noDefault = elf.dynamicFlags.includes('NODEFLIB');
  for (const path of machine.cache.get(library) ?? []) {
    if (!noDefault || !system.has(posix.dirname(path))) places.push({ path, by: 'ld-so-cache' });
  }
  return noDefault ? places : [...places, ...at(machine.systemFolders, 'system-folder')];
}

/** musl knows no difference between RPATH and RUNPATH: one of them counts, and both are inherited. */
function muslPlaces(loading: Loading, machine: Machine, at: At): Place[] {
  return [
    ...at(machine.libraryPath, 'ld-library-path'),
    ...chainOf(loading).flatMap((file) => {
      const by = file.elf.runpath.length > 0 ? 'runpath' : 'rpath';
      return at(expand(file, by === 'runpath' ? file.elf.runpath : file.elf.rpath, machine), by);
    }),
    ...at(machine.systemFolders, 'system-folder'),
  ];
}

function chainOf(loading: Loading): AuditedFile[] {
  const files: AuditedFile[] = [];
  for (let current: Loading | undefined = loading; current !== undefined; current = current.loader)
    files.push(current.file);
  return files;
}

const TOKEN = /\$(?:(ORIGIN|LIB|PLATFORM)\b|\{(ORIGIN|LIB|PLATFORM)\})/g;

/** A search path with its tokens filled in. One that still has a `$` in it names no folder. */
function expand(file: AuditedFile, entries: readonly string[], { lib, libc }: Machine): string[] {
  const words: Readonly<Record<string, string>> = {
    ORIGIN: posix.dirname(file.path),
    ...(libc === 'musl' ? {} : { LIB: lib, PLATFORM: file.elf.machine }),
  };
  return entries
    .map((entry) =>
      entry.replaceAll(
        TOKEN,
        (token: string, plain?: string, braced?: string) => words[plain ?? braced ?? ''] ?? token,
      ),
    )
    .filter((entry) => !entry.includes('$'));
}
