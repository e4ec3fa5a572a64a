export { buildElf } from './build.js';
export { ByteWriter } from './byte-writer.js';
export type { ElfExport, ElfImport, ElfMachine, ElfRecipe } from './recipe.js';
