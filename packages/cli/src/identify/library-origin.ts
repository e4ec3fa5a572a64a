import type { LibraryOrigin } from '@wheelwright/artifact';
import { policiesOf } from '@wheelwright/audit';
import type { ElfFile } from '@wheelwright/elf';
import { cudaLibrariesOf } from '@wheelwright/variant';

/**
 * Whose a needed library is. The system's own are those that the manylinux and musllinux policies expect on every
 * system, and the loader itself.
 */
export function libraryOrigin(architecture: ElfFile['architecture']): (library: string) => LibraryOrigin {
  const policies =
    architecture === undefined
      ? []
      : [...policiesOf('manylinux', architecture), ...policiesOf('musllinux', architecture)];
  const system = new Set(policies.flatMap(({ libraries }) => [...libraries]));
  return (library) => {
    if (system.has(library) || /^ld(-linux.*|64|-musl-.*)?\.so(\.\d+)?$/.test(library)) return 'system';
    return cudaLibrariesOf({ needed: [library] }).length > 0 ? 'cuda' : 'other';
  };
}
