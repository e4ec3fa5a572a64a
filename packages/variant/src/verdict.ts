import type { CudaVerdict } from './cuda-verdict.js';

/** Where a piece of evidence comes from. @public */
export type EvidenceSource = 'libinfo' | 'elf' | 'nvcc' | 'flag';

/** One thing that speaks for a variant: `{ source: 'elf', says: 'CUDA 10.2', detail: 'needs libcudart.so.10.2' }`. @public */
export interface Evidence {
  readonly source: EvidenceSource;
  readonly says: string;
  readonly detail: string;
  /** The library that it was found in. */
  readonly library: string;
}

/**
 * Names as MXNet's feature list has them, oneDNN's as it is called today. Those that a library told of itself (libinfo)
 * stand beside the four that its bytes tell.
 * @public
 */
export type Features = Readonly<Record<'CUDA' | 'CUDNN' | 'ONEDNN' | 'DIST_KVSTORE', boolean>> &
  Readonly<Record<string, boolean>>;

/** What verdicts of both kinds tell. */
interface VerdictBase {
  readonly library: string;
  readonly features: Features;
  /** `null` without CUDA. */
  readonly cuda: CudaVerdict | null;
  /** `sm_70`, `compute_75` ... */
  readonly gpuArchitectures: readonly string[];
  readonly evidence: readonly Evidence[];
  /** Evidence that can't be true of one build, each as a sentence that shows both sides. */
  readonly contradictions: readonly string[];
}

/** @public */
export interface KnownVariant extends VerdictBase {
  readonly variant: string;
  /**
   * `high`: named by the library; `medium`: by absence of marks, or completed by a hint, nvcc or the user; `low`: the
   * lowest possible.
   */
  readonly confidence: 'high' | 'medium' | 'low';
  /** What to pass to be certain, where the lowest possible version was taken. */
  readonly hint?: string;
}

/** CUDA, and nothing that tells its version. @public */
export interface UnknownVariant extends VerdictBase {
  readonly variant: null;
  readonly confidence: 'none';
  /** What to pass. */
  readonly hint: string;
}

/** The `variant` object of the JSON output, without its schema; told apart by `variant === null`. @public */
export type VariantVerdict = KnownVariant | UnknownVariant;
