import type { ElfFile } from '@wheelwright/elf';

/**
 * The JSON fields of `inspect` for one file: a contract with other programs. What is absent in the file is null.
 * @param stripped - null where nobody read the section headers: an audit doesn't, as they are the end of each file
 */
export function elfDocument(path: string, file: ElfFile, stripped: boolean | null): object {
  return {
    path,
    class: file.class,
    endian: file.endian,
    machine: file.machine,
    type: file.type,
    osabi: file.osabi,
    interpreter: file.interpreter ?? null,
    soname: file.soname ?? null,
    needed: file.needed,
    rpath: file.rpath,
    runpath: file.runpath,
    versionNeeds: file.versionNeeds,
    versionDefinitions: file.versionDefinitions,
    imports: file.imports.length,
    exports: file.exports,
    pythonInit: file.pythonInit,
    isa: file.isa ?? null,
    stripped,
    buildId: file.buildId ?? null,
    execStack: file.execStack,
  };
}
