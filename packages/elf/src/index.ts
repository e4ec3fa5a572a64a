export { bufferSource, openFile, type ByteSource } from './byte-source.js';
export type { ElfFile, FileRange } from './elf-file.js';
export { ElfError, type ElfErrorCode, type ElfErrorDetails } from './error.js';
export { isElf } from './ident.js';
export { inspectElf } from './inspect.js';
export { ARCHITECTURES, type Architecture } from './machine.js';
export { dynamicStringsContain, exportedNames } from './on-request.js';
export { readSectionTable, type Section, type SectionTable } from './section-header.js';
export type { ImportedSymbol } from './symbol.js';
