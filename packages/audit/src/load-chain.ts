import type { AuditedFile } from './graph.js';

/** A file that is being loaded, and the one that asked for it: the loaders of glibc and musl search along this chain. */
export interface Loaded {
  readonly file: AuditedFile;
  readonly loader: Loaded | undefined;
}

/** Which of its two search paths a file goes by: where it has a RUNPATH, its RPATH doesn't count. */
export function pathKind({ elf }: AuditedFile): 'rpath' | 'runpath' {
  return elf.runpath.length > 0 ? 'runpath' : 'rpath';
}

/**
 * The files whose own search path counts for what a file needs, in the loader's order: each by its {@link pathKind}.
 *
 * glibc (ld.so(8)): the RPATH of the file and of its loaders, unless the file has a RUNPATH, which is its own alone;
 * a loader that has a RUNPATH has no say. musl (ldso/dynlink.c): RPATH and RUNPATH mean the same, a file's RUNPATH
 * stands for its RPATH, and both are inherited along the chain of loaders.
 */
export function searchedFiles(loaded: Loaded, libc: 'glibc' | 'musl'): AuditedFile[] {
  const files: AuditedFile[] = [];
  for (let current: Loaded | undefined = loaded; current !== undefined; current = current.loader)
    files.push(current.file);
  if (libc === 'musl') return files;
  return pathKind(loaded.file) === 'runpath'
    ? [loaded.file]
    : files.filter((file) => pathKind(file) === 'rpath');
}
