import type { ElfFile } from '@wheelwright/elf';

/** A library of a machine's own, found in a folder that the user named. */
export interface HostLibrary {
  /** The name that it was looked for by, such as `libgomp.so.1`. */
  readonly name: string;
  /** Where it is: an absolute path. */
  readonly path: string;
  readonly elf: ElfFile;
}

/** Finds the library that the loader would take for a file: the first that fits, in the order of the folders. */
export type HostSearch = (name: string, wanted: ElfFile) => HostLibrary | undefined;

/** A search over libraries in the order of the folders that they were found in. */
export function hostSearch(libraries: readonly HostLibrary[]): HostSearch {
  const byName = new Map<string, HostLibrary[]>();
  for (const library of libraries) byName.set(library.name, [...(byName.get(library.name) ?? []), library]);
  return (name, wanted) =>
    byName.get(name)?.find(({ path, elf }) => fits(elf, wanted) && !isOutOfReach(path, wanted));
}

/** The loader passes over files of another class, byte order, machine or system (gABI, "ELF Identification"). */
export function fits(candidate: ElfFile, wanted: ElfFile): boolean {
  return (
    candidate.class === wanted.class &&
    candidate.endian === wanted.endian &&
    candidate.machine === wanted.machine &&
    (candidate.osabi === wanted.osabi || (LINUX_ABIS.has(candidate.osabi) && LINUX_ABIS.has(wanted.osabi)))
  );
}

/** EI_OSABI of what Linux loads: the unspecific one, and the one that files with GNU extensions bear. */
const LINUX_ABIS: ReadonlySet<string> = new Set(['sysv', 'gnu']);

/** DF_1_NODEFLIB: the system's default folders aren't searched for what this file needs (ld.so(8)). */
function isOutOfReach(path: string, { dynamicFlags }: ElfFile): boolean {
  return dynamicFlags.includes('NODEFLIB') && /^\/(?:usr\/)?lib(?:64)?\/[^/]+$/.test(path);
}
