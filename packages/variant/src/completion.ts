import {
  allows,
  compareReleases,
  describeReading,
  formatRelease,
  type CudaReading,
  type CudaRelease,
} from './cuda-version.js';
import type { VariantFacts } from './facts.js';
import type { NvccAnswer } from './nvcc/answer.js';
import { cudaWord, type VariantWord } from './variant-word.js';
import type { Evidence } from './verdict.js';

/** What `cuda.source` has where the compiler of the GPU code tells the release. */
export const gpuCodeSource = '.nv_fatbin';

/** How a CUDA release that the needed libraries leave open was completed. */
export interface Completion {
  /** `undefined` where nothing completes it, or where nothing was open. */
  readonly reading: CudaReading | undefined;
  readonly by: 'flag' | 'gpu-code' | 'toolkit-path' | 'nvcc' | undefined;
  readonly evidence: readonly Evidence[];
  /** What can't be true together, each as a sentence with both sides. */
  readonly contradictions: readonly string[];
}

/** Something beside the needed libraries that names one release. */
interface Witness {
  readonly by: 'gpu-code' | 'toolkit-path' | 'nvcc';
  readonly release: CudaRelease;
  /** What `cuda.source` has: a section, a path, `nvcc`. */
  readonly source: string;
  /** How it speaks in a sentence: `its GPU code was compiled by CUDA 11.2`. */
  readonly sentence: string;
}

/**
 * Completes a release that is open: by the request; else by the library's own witnesses (its GPU code, the paths in its
 * strings); else by nvcc. What the needed libraries rule out never completes anything. Of sources that contradict one
 * another the library wins; all that differ are named.
 * @param own - what the names of the needed libraries say
 */
export function completeRelease(
  facts: VariantFacts,
  own: CudaReading | undefined,
  {
    requested,
    nvcc,
  }: { readonly requested?: VariantWord | undefined; readonly nvcc?: NvccAnswer | undefined },
): Completion {
  const witnesses = [...ownWitnesses(facts, own), ...nvccWitness(nvcc)];
  if (own?.known === 'exact') {
    return {
      reading: undefined,
      by: undefined,
      evidence: [],
      contradictions: disagreements(facts, own, witnesses),
    };
  }
  const possible = witnesses.filter(({ release }) => isPossible(release, own, witnesses));
  const word = requested?.kind === 'cuda' ? requested : undefined;
  const wanted = word !== undefined && isPossible(word.release, own, witnesses) ? word : undefined;
  const [witness] =
    wanted === undefined
      ? possible
      : possible.filter((one) => compareReleases(one.release, wanted.release) === 0);
  if (witness !== undefined) {
    const reading: CudaReading = { ...witness.release, known: 'exact', source: witness.source };
    return {
      reading,
      by: witness.by,
      evidence: [],
      contradictions: disagreements(facts, reading, witnesses),
    };
  }
  if (wanted !== undefined) {
    const reading: CudaReading = { ...wanted.release, known: 'exact', source: 'flag' };
    const evidence: Evidence = {
      source: 'flag',
      says: describeReading(reading),
      detail: `requested as ${wanted.word}`,
      library: facts.library,
    };
    return {
      reading,
      by: 'flag',
      evidence: [evidence],
      contradictions: disagreements(facts, reading, witnesses),
    };
  }
  const contradictions = own === undefined ? [] : disagreements(facts, own, witnesses);
  return { reading: undefined, by: undefined, evidence: [], contradictions };
}

/** The library's own: who compiled its GPU code, and the one toolkit whose paths it speaks of. */
function ownWitnesses(facts: VariantFacts, own: CudaReading | undefined): Witness[] {
  const witnesses: Witness[] = [];
  // A static library that was linked in may be older: the newest is the toolkit that linked them all.
  const compiler = facts.gpuCode.compiledBy.at(-1);
  if (compiler !== undefined) {
    const sentence = `its GPU code was compiled by CUDA ${dotted(compiler)}`;
    witnesses.push({ by: 'gpu-code', release: compiler, source: gpuCodeSource, sentence });
  }
  const paths = facts.toolkitPaths.filter(({ release }) => own === undefined || allows(own, release));
  const [path] = paths;
  if (path !== undefined && paths.length === 1) {
    const source = `/usr/local/cuda-${dotted(path.release)}`;
    const sentence = `its strings name ${source} (${path.count} times)`;
    witnesses.push({ by: 'toolkit-path', release: path.release, source, sentence });
  }
  return witnesses;
}

function nvccWitness(nvcc: NvccAnswer | undefined): Witness[] {
  if (nvcc?.state !== 'release') return [];
  const sentence = `${nvcc.path} is CUDA ${dotted(nvcc.release)}`;
  return [{ by: 'nvcc', release: nvcc.release, source: 'nvcc', sentence }];
}

/**
 * Whether a release may be the library's: the needed libraries allow it, and it isn't older than the compiler of its GPU
 * code, for no linker takes code of a newer one. Code that the needed libraries themselves rule out bounds nothing.
 */
function isPossible(
  release: CudaRelease,
  own: CudaReading | undefined,
  witnesses: readonly Witness[],
): boolean {
  if (own !== undefined && !allows(own, release)) return false;
  const code = witnesses.find(({ by }) => by === 'gpu-code')?.release;
  if (code === undefined || (own !== undefined && code.major > own.major)) return true;
  return compareReleases(release, code) >= 0;
}

/** Who says another release than the one that counts. Older GPU code is none: it comes from static libraries. */
function disagreements(facts: VariantFacts, counts: CudaReading, witnesses: readonly Witness[]): string[] {
  return witnesses
    .filter(({ by, release }) => !allows(counts, release) && (by !== 'gpu-code' || isNewer(release, counts)))
    .map(({ sentence }) => {
      const decision = counts.source === 'flag' ? `the request (${cudaWord(counts)})` : 'the library';
      const what = `${facts.library} is ${describeReading(counts)} (${counts.source})`;
      return `${what}, but ${sentence}: ${decision} counts.`;
    });
}

function isNewer(release: CudaRelease, counts: CudaReading): boolean {
  return counts.known === 'exact' ? compareReleases(release, counts) > 0 : release.major > counts.major;
}

function dotted(release: CudaRelease): string {
  return formatRelease({ ...release, known: 'exact', source: '' });
}
