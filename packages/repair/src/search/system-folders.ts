import { readdir, readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import type { Family } from '@wheelwright/audit';
import { configuredFolders } from './ld-so-conf.js';

/** Where libraries are looked for, beside the search paths of the files themselves. */
export interface SearchFolders {
  /** Before a file's RUNPATH: LD_LIBRARY_PATH, or `ldpaths`. */
  readonly first: readonly string[];
  /** After it: the system's own. */
  readonly last: readonly string[];
  /** What absolute folders start from. */
  readonly sysroot: string;
}

/** What a request says of the search. */
export interface SearchRequest {
  /** Absolute folders that are searched instead of LD_LIBRARY_PATH and the system's. */
  readonly ldpaths?: readonly string[];
  /** The root folder of another system, such as a cross compiler's. */
  readonly sysroot?: string;
  /** LD_LIBRARY_PATH, as the environment has it; it isn't taken for another system. */
  readonly libraryPath?: string;
}

/**
 * The folders of a search. `ldpaths` replaces those of the system, as auditwheel's does; an environment's
 * LD_LIBRARY_PATH comes before them.
 */
export async function searchFolders(request: SearchRequest, family: Family): Promise<SearchFolders> {
  const { ldpaths, sysroot = '/', libraryPath = '' } = request;
  if (ldpaths !== undefined) return { first: ldpaths, last: [], sysroot };
  const fromEnvironment = libraryPath.split(/[:;]/).filter((folder) => folder.startsWith('/'));
  const first = sysroot === '/' ? fromEnvironment : [];
  const last = family === 'musllinux' ? await muslFolders(sysroot) : await glibcFolders(sysroot);
  return { first, last: [...new Set(last)], sysroot };
}

/** ld.so(8): what ld.so.conf names, then the trusted folders. */
async function glibcFolders(sysroot: string): Promise<string[]> {
  const trusted = ['/lib', '/lib64', '/usr/lib', '/usr/lib64'];
  return [...(await configuredFolders(sysroot)), ...trusted.map((folder) => posix.join(sysroot, folder))];
}

/** musl's ldso/dynlink.c: /etc/ld-musl-ARCH.path, or its own three folders. */
async function muslFolders(sysroot: string): Promise<string[]> {
  const etc = posix.join(sysroot, 'etc');
  const names = await readdir(etc).catch((): string[] => []);
  const files = names.filter((name) => /^ld-musl-.+\.path$/.test(name)).sort();
  const [file] = files;
  const text =
    file === undefined ? '/lib:/usr/local/lib:/usr/lib' : await readFile(posix.join(etc, file), 'utf8');
  return text
    .split(/[:\n]/)
    .map((folder) => folder.trim())
    .filter((folder) => folder !== '')
    .map((folder) => posix.join(sysroot, folder));
}
