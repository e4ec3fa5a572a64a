import { completeRelease, type Completion } from './completion.js';
import { cudaLibrariesOf } from './cuda-library.js';
import type { CudaVerdict } from './cuda-verdict.js';
import {
  compatible,
  describeReading,
  formatRelease,
  readCudaSoname,
  strongest,
  type CudaReading,
} from './cuda-version.js';
import { collectEvidence } from './evidence.js';
import type { VariantFacts } from './facts.js';
import type { LibinfoFeatures } from './libinfo/features.js';
import { judgeFeatures } from './judge-features.js';
import type { NvccAnswer } from './nvcc/answer.js';
import { cudaWord, readVariantWord } from './variant-word.js';
import type { VariantVerdict } from './verdict.js';

/** What else is known, beside the library's own bytes. @public */
export interface DetectOptions {
  /** The variant that was asked for. It completes a CUDA version that the library leaves open, and nothing else. */
  readonly requested?: string | undefined;
  /** What the library says of itself when it's loaded: the answer of `probeLibinfo`. */
  readonly libinfo?: LibinfoFeatures | undefined;
  /** The answer of `askNvcc`. It completes a version like a request, and is compared with what the library says. */
  readonly nvcc?: NvccAnswer | undefined;
}

/**
 * Decides the variant of one library: CUDA is `cu` with its version, oneDNN alone is `cpu`, neither is `native`. Where
 * the needed libraries only say "at least" or a major version, the request completes it, or the release that compiled
 * the GPU code, or the toolkit whose paths the library speaks of, or nvcc, in this order; else the lowest is taken.
 * @throws VariantError `invalid-variant` for a request that is no word
 * @public
 */
export function detectVariant(facts: VariantFacts, options: DetectOptions = {}): VariantVerdict {
  const word = options.requested === undefined ? undefined : readVariantWord(options.requested);
  const { features, mark, contradictions } = judgeFeatures(facts, options.libinfo);
  const base = {
    library: facts.library,
    features,
    gpuArchitectures: facts.gpuCode.architectures,
    evidence: collectEvidence(facts, options),
  };
  if (mark === undefined) {
    const plain = { ...base, cuda: null, contradictions };
    // oneDNN's names are seen; that it is absent is concluded from names that aren't, unless the library itself says so.
    if (features.ONEDNN) return { ...plain, variant: 'cpu', confidence: 'high' };
    return { ...plain, variant: 'native', confidence: options.libinfo === undefined ? 'medium' : 'high' };
  }

  const readings = cudaLibrariesOf(facts)
    .map(readCudaSoname)
    .filter((reading) => reading !== undefined);
  const own = strongest(readings);
  const completion = completeRelease(facts, own, { ...options, requested: word });
  const found = {
    ...base,
    contradictions: [...contradictions, ...differences(readings), ...completion.contradictions],
    evidence: [...base.evidence, ...completion.evidence],
  };
  const reading = completion.reading ?? own;
  const cuda = cudaVerdict(reading, mark);
  if (reading === undefined || reading.known === 'major') {
    return { ...found, cuda, variant: null, confidence: 'none', hint: whatToPass(reading) };
  }
  const variant = cudaWord(reading);
  if (reading.known === 'exact') return { ...found, cuda, variant, confidence: confidenceOf(completion) };
  return { ...found, cuda, variant, confidence: 'low', hint: whatToPass(reading) };
}

/** What the library's needed names or its own code say is as good as it gets. */
function confidenceOf({ reading, by }: Completion): 'high' | 'medium' {
  return reading === undefined || by === 'gpu-code' ? 'high' : 'medium';
}

function cudaVerdict(reading: CudaReading | undefined, mark: string): CudaVerdict {
  if (reading === undefined) return { version: null, atLeast: false, source: mark };
  return { version: formatRelease(reading), atLeast: reading.known !== 'exact', source: reading.source };
}

/** The libraries that one library needs should agree; where they don't, someone mixed two toolkits. */
function differences(readings: readonly CudaReading[]): string[] {
  const best = strongest(readings);
  return readings
    .filter((reading) => best !== undefined && !compatible(best, reading))
    .map((reading) => `${best?.source ?? ''} and ${reading.source} are of different CUDA releases.`);
}

function whatToPass(reading: CudaReading | undefined): string {
  const example =
    reading === undefined
      ? 'cu102, cu112, cu124'
      : `${cudaWord(reading)}, ${cudaWord({ ...reading, minor: reading.minor + 1 })} ...`;
  const said = reading === undefined ? '' : ` (the library says ${describeReading(reading)})`;
  return `Pass the version that it was built with, as \`nvcc --version\` has it${said}: --variant ${example}`;
}
