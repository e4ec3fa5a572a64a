import type { ElfFile } from '@wheelwright/elf';
import type { ElfChanges } from '@wheelwright/elf/patch';

/**
 * What a file will say when the changes are made: the audit judges this before a byte is written, and what was written
 * is compared with it.
 */
export function changedElf(elf: ElfFile, changes: ElfChanges): ElfFile {
  const renamed = new Map(Object.entries(changes.renameNeeded ?? {}));
  const removed = new Set(changes.removeNeeded ?? []);
  const nameOf = (library: string): string => renamed.get(library) ?? library;
  return {
    ...elf,
    needed: [
      ...new Set([
        ...elf.needed.filter((library) => !removed.has(library)).map(nameOf),
        ...(changes.addNeeded ?? []),
      ]),
    ],
    versionNeeds: Object.fromEntries(
      Object.entries(elf.versionNeeds)
        .filter(([library]) => !removed.has(library))
        .map(([library, versions]) => [nameOf(library), versions]),
    ),
    imports: elf.imports.map((symbol) =>
      symbol.library === undefined ? symbol : { ...symbol, library: nameOf(symbol.library) },
    ),
    soname: changes.soname ?? elf.soname,
    ...(changes.runpath === undefined ? {} : { runpath: changes.runpath ?? [] }),
    ...(changes.rpath === undefined ? {} : { rpath: changes.rpath ?? [] }),
  };
}

/** Fields in which a patched file differs from what it was to say; empty where it says all of it. */
export function differences(found: ElfFile, expected: ElfFile): string[] {
  const fields = [
    'soname',
    'needed',
    'runpath',
    'rpath',
    'versionNeeds',
    'versionDefinitions',
    'exports',
    'pythonInit',
    'interpreter',
    'buildId',
  ] as const;
  return fields.filter((field) => JSON.stringify(found[field]) !== JSON.stringify(expected[field]));
}
