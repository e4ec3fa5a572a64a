export { describeIf, missing, type Requirement } from './requirement.js';
export { oracle, oracleEnvironment, repositoryRoot, type OracleResult } from './oracle.js';
export { temporaryFolder } from './temporary-folder.js';
export { python } from './wheel/python.js';
export { type RawEnd, type RawHeader, type RawMember, rawZip } from './wheel/raw-zip.js';
export { buildElf } from './elf/build.js';
export { compileLibrary } from './elf/compile.js';
export { tool } from './elf/tool.js';
export type { ElfExport, ElfImport, ElfMachine, ElfRecipe } from './elf/recipe.js';
