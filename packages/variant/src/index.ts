export { checkRequested, type RequestCheck } from './check-requested.js';
export { combineVerdicts } from './combine.js';
export { cudaLibrariesOf } from './cuda-library.js';
export type { CudaRuntime } from './cuda-runtime.js';
export type { CudaVerdict } from './cuda-verdict.js';
export type { CudaRelease } from './cuda-version.js';
export { detectVariant, type DetectOptions } from './detect.js';
export { VariantError, type VariantErrorCode } from './error.js';
export { readVariantFacts, type VariantFacts } from './facts.js';
export type { GpuCode } from './fat-binary.js';
export { variantLabel } from './label.js';
export type { LibinfoFeatures } from './libinfo/features.js';
export type { Isolation } from './libinfo/isolation.js';
export type { ProbeFailure } from './libinfo/outcome.js';
export { probeLibinfo, type LibinfoProbe, type ProbeOptions } from './libinfo/probe.js';
export { describeNvccFailure, type NvccAnswer } from './nvcc/answer.js';
export { askNvcc, type AskNvccOptions } from './nvcc/ask.js';
export type { ToolkitPath } from './toolkit-path.js';
export type {
  Evidence,
  EvidenceSource,
  Features,
  KnownVariant,
  UnknownVariant,
  VariantVerdict,
} from './verdict.js';
