import { posix } from 'node:path';
import type { AuditedFile } from '../graph.js';
import { pathKind, searchedFiles, type Loaded } from '../load-chain.js';
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

/** Where a library may be, in the order in which the loader looks. */
export interface Place {
  readonly path: string;
  readonly by: FoundBy;
}

/** The places where the machine's loader looks for what a file needs: ld.so(8), or musl's ldso/dynlink.c. */
export function placesOf(library: string, loaded: Loaded, machine: Machine): Place[] {
  if (library.includes('/')) return [{ path: library, by: 'path' }];
  const at = (folders: readonly string[], by: FoundBy): Place[] =>
    folders.map((folder) => ({ path: posix.join(folder === '' ? '.' : folder, library), by }));
  return machine.libc === 'musl'
    ? muslPlaces(loaded, machine, at)
    : glibcPlaces(library, loaded, machine, at);
}

type At = (folders: readonly string[], by: FoundBy) => Place[];

function glibcPlaces(library: string, loaded: Loaded, machine: Machine, at: At): Place[] {
  const own = ownPlaces(loaded, machine, at);
  const places = [
    ...own.filter(({ by }) => by === 'rpath'),
    ...at(machine.libraryPath, 'ld-library-path'),
    ...own.filter(({ by }) => by === 'runpath'),
  ];
  const system = new Set(machine.systemFolders);
  const noDefault = loaded.file.elf.dynamicFlags.includes('NODEFLIB');
  for (const path of machine.cache.get(library) ?? []) {
    if (!noDefault || !system.has(posix.dirname(path))) places.push({ path, by: 'ld-so-cache' });
  }
  return noDefault ? places : [...places, ...at(machine.systemFolders, 'system-folder')];
}

function muslPlaces(loaded: Loaded, machine: Machine, at: At): Place[] {
  return [
    ...at(machine.libraryPath, 'ld-library-path'),
    ...ownPlaces(loaded, machine, at),
    ...at(machine.systemFolders, 'system-folder'),
  ];
}

/** Where the search paths of the file and of its loaders lead. */
function ownPlaces(loaded: Loaded, machine: Machine, at: At): Place[] {
  return searchedFiles(loaded, machine.libc).flatMap((file) => {
    const by = pathKind(file);
    return at(expand(file, file.elf[by], machine), by);
  });
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
