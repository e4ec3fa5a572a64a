export { checkRequested, type RequestCheck } from './check-requested.js';
export { combineVerdicts } from './combine.js';
export type { CudaVerdict } from './cuda-verdict.js';
export { detectVariant, type DetectOptions } from './detect.js';
export { VariantError, type VariantErrorCode } from './error.js';
export { readVariantFacts, type VariantFacts } from './facts.js';
export type { GpuCode } from './fat-binary.js';
export type { Evidence, EvidenceSource, KnownVariant, UnknownVariant, VariantVerdict } from './verdict.js';
