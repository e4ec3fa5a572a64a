import type { CudaVerdict } from './cuda-verdict.js';
import {
  allows,
  compatible,
  formatRelease,
  readCudaSoname,
  strongest,
  type CudaReading,
} from './cuda-version.js';
import { collectEvidence, cudaLibrariesOf } from './evidence.js';
import type { VariantFacts } from './facts.js';
import { cudaWord, readVariantWord } from './variant-word.js';
import type { Evidence, VariantVerdict } from './verdict.js';

/** @public */
export interface DetectOptions {
  /** The variant that was asked for. It completes a CUDA version that the library leaves open, and nothing else. */
  readonly requested?: string | undefined;
}

/**
 * Decides the variant of one library: CUDA is `cu` with its version, oneDNN alone is `cpu`, neither is `native`. Where
 * the library only says "at least", the lowest version is taken, unless the request completes it.
 * @throws VariantError `invalid-variant` for a request that is no word
 * @public
 */
export function detectVariant(facts: VariantFacts, { requested }: DetectOptions = {}): VariantVerdict {
  const word = requested === undefined ? undefined : readVariantWord(requested);
  const cudaLibraries = cudaLibrariesOf(facts);
  const marks = [...cudaLibraries, ...facts.gpuSections];
  const hasOneDnn = facts.oneDnnMarks.length > 0;
  const base = {
    library: facts.library,
    features: {
      CUDA: marks.length > 0,
      CUDNN: cudaLibraries.some((name) => name.startsWith('libcudnn')),
      ONEDNN: hasOneDnn,
      DIST_KVSTORE: facts.parameterServer,
    },
    gpuArchitectures: facts.gpuCode.architectures,
    evidence: collectEvidence(facts),
  };
  const [mark] = marks;
  if (mark === undefined) {
    const plain = { ...base, cuda: null, contradictions: [] };
    // oneDNN's names are seen; that it is absent is concluded from names that aren't.
    if (hasOneDnn) return { ...plain, variant: 'cpu', confidence: 'high' };
    return { ...plain, variant: 'native', confidence: 'medium' };
  }

  const readings = cudaLibraries.map(readCudaSoname).filter((reading) => reading !== undefined);
  const own = strongest(readings);
  const found = { ...base, contradictions: contradictions(readings) };
  if (word?.kind === 'cuda' && own?.known !== 'exact' && (own === undefined || allows(own, word.release))) {
    const completed: CudaReading = { ...word.release, known: 'exact', source: 'flag' };
    const evidence = [...base.evidence, requestEvidence(facts.library, completed, word.word)];
    const cuda = cudaVerdict(completed, mark);
    return { ...found, evidence, cuda, variant: cudaWord(completed), confidence: 'medium' };
  }
  const cuda = cudaVerdict(own, mark);
  if (own === undefined || own.known === 'major') {
    return { ...found, cuda, variant: null, confidence: 'none', hint: whatToPass(own) };
  }
  const variant = cudaWord(own);
  if (own.known === 'exact') return { ...found, cuda, variant, confidence: 'high' };
  return { ...found, cuda, variant, confidence: 'low', hint: whatToPass(own) };
}

function cudaVerdict(reading: CudaReading | undefined, mark: string): CudaVerdict {
  if (reading === undefined) return { version: null, atLeast: false, source: mark };
  return { version: formatRelease(reading), atLeast: reading.known !== 'exact', source: reading.source };
}

function requestEvidence(library: string, reading: CudaReading, word: string): Evidence {
  return { source: 'flag', says: `CUDA ${formatRelease(reading)}`, detail: `requested as ${word}`, library };
}

/** The libraries that one library needs should agree; where they don't, someone mixed two toolkits. */
function contradictions(readings: readonly CudaReading[]): string[] {
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
  return `Pass the version that it was built with, as \`nvcc --version\` has it: --variant ${example}`;
}
