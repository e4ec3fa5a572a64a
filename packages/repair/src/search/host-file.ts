import { readlink, realpath, stat } from 'node:fs/promises';
import { posix } from 'node:path';
import { ElfError, inspectElf, isElf, openFile, type ElfFile } from '@wheelwright/elf';

/** An ELF file of this machine. */
export interface HostFile {
  /** Where it was found. */
  readonly path: string;
  /** Where it is, without symbolic links. */
  readonly realPath: string;
  readonly elf: ElfFile;
}

/**
 * Reads a file that a search came upon. Undefined where the loader would go on searching: nothing is there, or no ELF
 * file (a linker script), or a broken one, or one that may not be read.
 *
 * @param sysroot - where absolute symbolic links of another system start from
 */
export async function readHostFile(path: string, sysroot: string): Promise<HostFile | undefined> {
  try {
    const realPath = await realpathIn(path, sysroot);
    // Not only what is absent: a pipe would never be read to its end.
    if (!(await stat(realPath)).isFile()) return undefined;
    const source = await openFile(realPath);
    try {
      return (await isElf(source)) ? { path, realPath, elf: await inspectElf(source) } : undefined;
    } finally {
      await source.close();
    }
  } catch (error) {
    if (error instanceof ElfError || isPassedOver(error)) return undefined;
    throw error;
  }
}

/** The file behind symbolic links. Links of another system that start from its root are followed inside the sysroot. */
async function realpathIn(path: string, sysroot: string): Promise<string> {
  if (sysroot === '/') return realpath(path);
  let current = path;
  for (let step = 0; step < 40; step += 1) {
    const target = await readlink(current).catch(() => undefined);
    if (target === undefined) return realpath(current);
    current = target.startsWith('/')
      ? posix.join(sysroot, target)
      : posix.join(posix.dirname(current), target);
  }
  return realpath(path);
}

const PASSED_OVER: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP', 'ENAMETOOLONG']);

function isPassedOver(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    typeof error.code === 'string' &&
    PASSED_OVER.has(error.code)
  );
}
