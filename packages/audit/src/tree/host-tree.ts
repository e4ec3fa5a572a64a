import { realpath, readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { inspectElf, openFile, type ElfFile } from '@wheelwright/elf';
import { inspectLoadable } from '../host-file.js';
import { libcOf } from '../libc.js';
import { readLdSoCache } from './ld-so-cache.js';
import type { Machine } from './library-search.js';
import { resolveTree, type LoadTree } from './resolve-tree.js';

/** What the environment adds to the search. */
export interface TreeOptions {
  /** The folders of LD_LIBRARY_PATH, absolute. */
  readonly libraryPath?: readonly string[];
}

/**
 * The libraries that this machine's loader would load for a file, with what led to each: search paths of the files,
 * LD_LIBRARY_PATH, `/etc/ld.so.cache` and the system's folders, as the loader of the file's own C library looks.
 *
 * @param path - absolute
 * @throws ElfError where the file is no ELF file; errors of the operating system where it can't be read
 */
export async function inspectTree(path: string, options: TreeOptions = {}): Promise<LoadTree> {
  const elf = await readElf(path);
  return resolveTree({ path, elf }, await machineFor(path, elf, options), inspectLoadable);
}

async function machineFor(path: string, elf: ElfFile, { libraryPath = [] }: TreeOptions): Promise<Machine> {
  const interpreter = elf.interpreter;
  if (libcOf(path, elf) === 'musllinux') {
    const systemFolders = await muslFolders(elf);
    return { libc: 'musl', libraryPath, cache: new Map(), systemFolders, lib: 'lib' };
  }
  const lib = await libraryFolder(interpreter, elf);
  return {
    libc: 'glibc',
    libraryPath,
    cache: readLdSoCache(await readIfThere('/etc/ld.so.cache')),
    // Which ones a distribution compiled into its loader can't be asked: those of Debian's, and those of the others.
    systemFolders: [...new Set([lib, elf.class === 64 ? 'lib64' : 'lib', 'lib'])].flatMap((folder) => [
      `/${folder}`,
      `/usr/${folder}`,
    ]),
    lib,
  };
}

/** The folder of the loader itself, such as `lib64` or `lib/x86_64-linux-gnu`, is what $LIB stands for. */
async function libraryFolder(interpreter: string | undefined, elf: ElfFile): Promise<string> {
  const usual = elf.class === 64 ? 'lib64' : 'lib';
  const loaders = [
    interpreter,
    `/${usual}/ld-linux-${elf.machine.replaceAll('_', '-')}.so.2`,
    '/lib/ld-linux.so.2',
  ];
  for (const loader of loaders) {
    const real = loader === undefined ? undefined : await realpath(loader).catch(() => undefined);
    if (real !== undefined) return posix.dirname(real).replace(/^\/(?:usr\/)?/, '');
  }
  return usual;
}

/** musl: `/etc/ld-musl-ARCH.path`, one folder in a line or between colons; else three folders of its own. */
async function muslFolders({ interpreter, needed, machine }: ElfFile): Promise<string[]> {
  const name =
    /ld-musl-([\w-]+)\.so/.exec(interpreter ?? '') ?? /^libc\.musl-([\w-]+)\.so/.exec(needed.join('\n'));
  const text = (await readIfThere(`/etc/ld-musl-${name?.[1] ?? machine}.path`)).toString('utf8');
  const folders = text.split(/[:\n]/).filter((folder) => folder !== '');
  return folders.length > 0 ? folders : ['/lib', '/usr/local/lib', '/usr/lib'];
}

async function readIfThere(path: string): Promise<Buffer> {
  return readFile(path).catch(() => Buffer.alloc(0));
}

async function readElf(path: string): Promise<ElfFile> {
  const source = await openFile(path);
  try {
    return await inspectElf(source);
  } finally {
    await source.close();
  }
}
