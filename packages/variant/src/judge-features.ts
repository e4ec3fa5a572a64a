import { cudaLibrariesOf } from './cuda-library.js';
import type { VariantFacts } from './facts.js';
import type { LibinfoFeatures } from './libinfo/features.js';
import type { Features } from './verdict.js';

/** Which features a library has, and what first speaks for CUDA. */
export interface FeatureJudgement {
  readonly features: Features;
  /** The first thing that speaks for CUDA; `undefined` without CUDA. */
  readonly mark: string | undefined;
  readonly contradictions: readonly string[];
}

/**
 * Joins what the bytes say and what the library says of itself. Of its own features the library knows best; but without
 * the CUDA libraries that it needs it doesn't load, so that those count whatever it says.
 */
export function judgeFeatures(facts: VariantFacts, libinfo: LibinfoFeatures | undefined): FeatureJudgement {
  const libraries = cudaLibrariesOf(facts);
  const runtime = facts.cudaRuntime === undefined ? [] : ['the CUDA runtime'];
  const [ownMark] = [...libraries, ...facts.gpuSections, ...runtime];
  const mark = ownMark ?? (libinfo?.['CUDA'] === true ? 'libinfo' : undefined);
  const oneDnn = facts.oneDnnMarks.length > 0;
  const features = {
    ...libinfo,
    CUDA: mark !== undefined,
    CUDNN: libinfo?.['CUDNN'] ?? libraries.some((name) => name.startsWith('libcudnn')),
    ONEDNN: libinfo?.['ONEDNN'] ?? oneDnn,
    DIST_KVSTORE: libinfo?.['DIST_KVSTORE'] ?? facts.parameterServer,
  };
  const contradictions: string[] = [];
  if (ownMark !== undefined && libinfo?.['CUDA'] === false) {
    contradictions.push(`${facts.library} has ${ownMark}, but says of itself that it is built without CUDA.`);
  }
  if (oneDnn && libinfo?.['ONEDNN'] === false) {
    const name = facts.oneDnnMarks[0] ?? '';
    contradictions.push(
      `${facts.library} has names of oneDNN (${name}), but says of itself that it is built without.`,
    );
  }
  return { features, mark, contradictions };
}
