import { posix } from 'node:path';
import type { ElfFile } from '@wheelwright/elf';
import type { ElfChanges } from '@wheelwright/elf/patch';

/** What becomes of a file's search path. */
export interface SearchPathChange {
  /** Nothing where it is right already. */
  readonly changes: Pick<ElfChanges, 'runpath' | 'rpath'>;
  /** Entries that go: they lead out of the wheel. */
  readonly dropped: readonly string[];
}

/**
 * Adds folders to the search path of a file of the wheel, and drops what leads out of it: absolute folders and build
 * trees, relative ones, empty ones. A file with an RPATH alone keeps it as an RPATH, because the libraries that it
 * loads may live on it (ld.so(8): an RPATH is inherited, a RUNPATH isn't); all others get a RUNPATH.
 *
 * @param file - where it lies after installation
 */
export function changeSearchPath(
  file: string,
  elf: Pick<ElfFile, 'rpath' | 'runpath'>,
  added: readonly string[],
): SearchPathChange {
  const staysInside = (entry: string): boolean => isInside(file, entry);
  const own = elf.runpath.length === 0 && elf.rpath.length > 0 ? 'rpath' : 'runpath';
  const before = elf[own];
  const after = [...new Set([...before.filter(staysInside), ...added])];
  const dropped = [...new Set([...elf.rpath, ...elf.runpath])].filter((entry) => !staysInside(entry));
  const shadowed = own === 'runpath' ? elf.rpath : [];
  const keptShadowed = shadowed.filter(staysInside);
  const changes: { runpath?: readonly string[] | null; rpath?: readonly string[] | null } = {};
  if (!same(before, after)) changes[own] = after.length === 0 ? null : after;
  if (!same(shadowed, keptShadowed)) changes.rpath = keptShadowed.length === 0 ? null : keptShadowed;
  return { changes, dropped };
}

/** Whether an entry starts from the file's own folder and stays in site-packages. */
function isInside(file: string, entry: string): boolean {
  const match = /^\$(?:ORIGIN|\{ORIGIN\})(?:\/(.*))?$/.exec(entry);
  if (match === null) return false;
  const folder = posix.join(posix.dirname(file), match[1] ?? '');
  return folder !== '..' && !folder.startsWith('../');
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((entry, index) => entry === b[index]);
}
