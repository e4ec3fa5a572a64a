import { policiesOf, type AuditedFile } from '@wheelwright/audit';

/** The name that a linker with a bare musl writes, zig's among them; on Alpine and in wheels it isn't to be found. */
const LINKED_NAME = 'libc.so';

/**
 * The name that musl's C library has on a file's architecture (`libc.musl-x86_64.so.1`), where the file was linked
 * against `libc.so`. glibc's own is never called so, and a wheel that brings a library of this name means that one.
 *
 * @param names - the names of all files in the wheel
 */
export function muslLibcOf({ elf }: AuditedFile, names: ReadonlySet<string>): string | undefined {
  if (!elf.needed.includes(LINKED_NAME) || elf.architecture === undefined) return undefined;
  if (elf.needed.includes('libc.so.6') || names.has(LINKED_NAME)) return undefined;
  const [policy] = policiesOf('musllinux', elf.architecture);
  return [...(policy?.libraries ?? [])].find((library) => library.startsWith('libc.musl-'));
}

/** The rename for a file that needs it. */
export function muslRename(file: AuditedFile, names: ReadonlySet<string>): Record<string, string> {
  const name = muslLibcOf(file, names);
  return name === undefined ? {} : { [LINKED_NAME]: name };
}
