import { posix } from 'node:path';
import type { Architecture } from '@wheelwright/elf';
import type { AuditedFile } from './graph.js';
import { pathKind, searchedFiles, type Loaded } from './load-chain.js';
import type { Family } from './policy.js';

/**
 * One element of a search path, as folders inside the wheel, without a slash at their ends: `.` is its top. It is several
 * where it has a token that stands for different words on different systems: a library has to be in all of them to be
 * found everywhere.
 */
export type SearchFolder = readonly string[];

/** Folders inside the wheel that the loader searches for what a file needs, in its order. */
export type WheelSearch = (loaded: Loaded) => readonly SearchFolder[];

/**
 * The search of a family's loader. What a file's own search path means is worked out once: it is asked for with every
 * need, and for every policy.
 */
export function wheelSearch(family: Family): WheelSearch {
  const libc = family === 'musllinux' ? 'musl' : 'glibc';
  const foldersOf = libc === 'musl' ? muslFolders : glibcFolders;
  const known = new Map<AuditedFile, readonly SearchFolder[]>();
  return (loaded) =>
    searchedFiles(loaded, libc).flatMap((file) => {
      const folders = known.get(file) ?? foldersOf(file, file.elf[pathKind(file)]);
      known.set(file, folders);
      return folders;
    });
}

const ORIGIN = /^\$(?:ORIGIN|\{ORIGIN\})(?=\/|$)/;

/** musl knows $ORIGIN alone: a path with any other token is dropped as a whole. */
function muslFolders(file: AuditedFile, entries: readonly string[]): SearchFolder[] {
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
  // normalize() keeps a slash at the end where there is one: here there always is.
  const folders = expanded.map((text) =>
    posix.normalize(`${text.replace(ORIGIN, () => origin)}/`).slice(0, -1),
  );
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
