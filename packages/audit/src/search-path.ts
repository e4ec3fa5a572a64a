import { posix } from 'node:path';
import type { Architecture } from '@wheelwright/elf';
import type { AuditedFile } from './graph.js';
import type { Family } from './policy.js';

/** A file that is being loaded, and the one that asked for it: the loaders of glibc and musl search along this chain. */
export interface Loaded {
  readonly file: AuditedFile;
  readonly loader: Loaded | undefined;
}

/**
 * One element of a search path, as folders inside the wheel. It is several where it has a token that stands for
 * different words on different systems: a library has to be in all of them to be found everywhere.
 */
export type SearchFolder = readonly string[];

/**
 * Folders inside the wheel that the loader searches for what a file needs, in its order.
 *
 * glibc (ld.so(8)): the RPATH of the file and of its loaders, unless the file has a RUNPATH, which is its own alone;
 * a loader that has a RUNPATH has no say. musl (ldso/dynlink.c): RPATH and RUNPATH mean the same, a file's RUNPATH
 * stands for its RPATH, and both are inherited along the chain of loaders.
 */
export function searchPath(loaded: Loaded, family: Family): SearchFolder[] {
  const own = loaded.file;
  if (family === 'musllinux') return chain(loaded).flatMap(muslFolders);
  if (own.elf.runpath.length > 0) return glibcFolders(own, own.elf.runpath);
  return chain(loaded)
    .filter(({ elf }) => elf.runpath.length === 0)
    .flatMap((file) => glibcFolders(file, file.elf.rpath));
}

function chain(loaded: Loaded): AuditedFile[] {
  const files: AuditedFile[] = [];
  for (let current: Loaded | undefined = loaded; current !== undefined; current = current.loader)
    files.push(current.file);
  return files;
}

const ORIGIN = /^\$(?:ORIGIN|\{ORIGIN\})(?=\/|$)/;

/** musl knows $ORIGIN alone: a path with any other token is dropped as a whole. */
function muslFolders(file: AuditedFile): SearchFolder[] {
  const entries = file.elf.runpath.length > 0 ? file.elf.runpath : file.elf.rpath;
  if (entries.some((entry) => entry.replaceAll(/\$(?:ORIGIN|\{ORIGIN\})/g, '').includes('$'))) return [];
  return entries.flatMap((entry) => inWheel(file, entry, [entry]));
}

function glibcFolders(file: AuditedFile, entries: readonly string[]): SearchFolder[] {
  return entries.flatMap((entry) => inWheel(file, entry, expandTokens(entry, file.elf.architecture)));
}

/**
 * The folders of the wheel that an entry means. Absolute folders belong to the machine, and relative ones to whoever
 * starts the process: a wheel can't know what is there.
 */
function inWheel({ path }: AuditedFile, entry: string, expanded: readonly string[]): SearchFolder[] {
  if (!ORIGIN.test(entry) || expanded.length === 0) return [];
  const origin = posix.dirname(path);
  const folders = expanded.map((text) => posix.normalize(text.replace(ORIGIN, () => origin)));
  return folders.some((folder) => folder.includes('$')) ? [] : [folders];
}

/** What $LIB stands for on the systems there are (glibc's DL_DST_LIB: `slibdir`, Debian's multiarch folders). */
const LIB: Readonly<Partial<Record<Architecture, readonly string[]>>> = {
  x86_64: ['lib64', 'lib', 'lib/x86_64-linux-gnu'],
  i686: ['lib', 'lib/i386-linux-gnu'],
  aarch64: ['lib64', 'lib', 'lib/aarch64-linux-gnu'],
  armv7l: ['lib', 'lib/arm-linux-gnueabihf'],
  ppc64le: ['lib64', 'lib', 'lib/powerpc64le-linux-gnu'],
  s390x: ['lib64', 'lib', 'lib/s390x-linux-gnu'],
};

/** What $PLATFORM stands for: the kernel's AT_PLATFORM, or what glibc puts in its place. Elsewhere it has too many. */
const PLATFORM: Readonly<Partial<Record<Architecture, readonly string[]>>> = {
  x86_64: ['x86_64', 'haswell', 'xeon_phi'],
  aarch64: ['aarch64'],
};

/** All that an entry can mean; nothing where a token's meaning isn't known for the architecture. */
function expandTokens(entry: string, architecture: Architecture | undefined): string[] {
  const tokens = [
    { name: /\$(?:LIB|\{LIB\})/, values: architecture && LIB[architecture] },
    { name: /\$(?:PLATFORM|\{PLATFORM\})/, values: architecture && PLATFORM[architecture] },
  ];
  let texts = [entry];
  for (const { name, values = [] } of tokens) {
    if (!name.test(entry)) continue;
    texts = texts.flatMap((text) => values.map((value) => text.replaceAll(new RegExp(name, 'g'), value)));
  }
  return texts;
}
