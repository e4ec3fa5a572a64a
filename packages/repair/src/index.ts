export { RepairError, type RepairErrorCode } from './error.js';
export type { PackageOwner } from './owner/package-owner.js';
export { muslRename } from './plan/musl-libc.js';
export type { Graft, PatchedMember, RepairPlan } from './plan/repair-plan.js';
export { parseProvider, type Provider } from './provider.js';
export type { RepairOptions, RepairResult } from './repair-options.js';
export { repairWheel } from './repair-wheel.js';
export { cycloneDxText, type SbomComponent, type SbomEntry } from './sbom.js';
export type { StripLevel } from './strip.js';
