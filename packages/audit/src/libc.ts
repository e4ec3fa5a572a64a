import type { ElfFile } from '@wheelwright/elf';
import type { Family } from './policy.js';

/**
 * The C library that a file was linked for, by its interpreter, then by what it needs, then by the suffix of an
 * extension's name (PEP 3149 with the platform triplet). Undefined where it says nothing: a static program, or a
 * library that needs none.
 */
export function libcOf(
  path: string,
  { interpreter, needed }: Pick<ElfFile, 'interpreter' | 'needed'>,
): Family | undefined {
  if (interpreter !== undefined) {
    if (/\/ld-musl-/.test(interpreter)) return 'musllinux';
    if (/\/ld(?:-linux|64\.so)/.test(interpreter)) return 'manylinux';
  }
  if (needed.some((library) => /^libc\.musl-/.test(library))) return 'musllinux';
  if (needed.some((library) => library === 'libc.so.6' || isLoader(library))) return 'manylinux';
  const suffix = /\.cpython-3\d+[a-z]*-[\w]+-linux-(gnu|musl)\w*\.so$/.exec(path);
  if (suffix !== null) return suffix[1] === 'musl' ? 'musllinux' : 'manylinux';
  return undefined;
}

/** glibc's loader, which every glibc process has loaded already: it is never external. */
export function isLoader(library: string): boolean {
  return library.includes('ld-linux') || library === 'ld64.so.1' || library === 'ld64.so.2';
}
