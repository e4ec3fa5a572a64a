export type { ElfChanges } from './changes.js';
export { patchFile, type PatchOptions } from './patch-file.js';
export type { Edit, PatchPlan, Piece } from './patch-plan.js';
export { patchedSource } from './patched-source.js';
export { planPatch } from './plan.js';
export { checkPatched } from './soundness.js';
