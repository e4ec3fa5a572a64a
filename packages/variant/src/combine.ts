import { compareReleases, compatible, strongest, type CudaReading } from './cuda-version.js';
import { readingOf } from './cuda-verdict.js';
import { gpuCodeSource } from './completion.js';
import { VariantError } from './error.js';
import { sortArchitectures } from './fat-binary.js';
import type { Features, VariantVerdict } from './verdict.js';

/**
 * Decides the variant of a build with several libraries. The strongest evidence wins: an exact CUDA version before a
 * lower bound before CUDA without a version, CUDA before oneDNN before nothing. A library without marks contradicts
 * none; two of different CUDA releases do, which `contradictions` reports with both sides.
 * @throws VariantError `no-libraries`
 * @public
 */
export function combineVerdicts(verdicts: readonly VariantVerdict[]): VariantVerdict {
  const winner = findStrongest(verdicts);
  if (winner === undefined) {
    throw new VariantError('no-libraries', 'There is no library whose variant could be found.');
  }
  return {
    ...winner,
    features: joinFeatures(verdicts, winner.features),
    gpuArchitectures: sortArchitectures(verdicts.flatMap(({ gpuArchitectures }) => gpuArchitectures)),
    evidence: verdicts.flatMap(({ evidence }) => evidence),
    contradictions: [
      ...verdicts.flatMap((verdict) => verdict.contradictions),
      ...contradictions(winner, verdicts),
    ],
  };
}

/** A build has what any of its libraries has. */
function joinFeatures(verdicts: readonly VariantVerdict[], first: Features): Features {
  const joined: Record<string, boolean> = {};
  for (const { features } of verdicts) {
    for (const [name, enabled] of Object.entries(features)) joined[name] = enabled || joined[name] === true;
  }
  return { ...first, ...joined };
}

function findStrongest(verdicts: readonly VariantVerdict[]): VariantVerdict | undefined {
  const readings = new Map(verdicts.flatMap((verdict) => withReading(verdict)));
  const best = strongest([...readings.keys()]);
  if (best !== undefined) return readings.get(best);
  return (
    verdicts.find(({ features }) => features.CUDA) ??
    verdicts.find(({ features }) => features.ONEDNN) ??
    verdicts[0]
  );
}

function contradictions(winner: VariantVerdict, verdicts: readonly VariantVerdict[]): string[] {
  const best = readingOf(winner.cuda);
  if (best === undefined) return [];
  return verdicts.flatMap((verdict) => {
    const reading = readingOf(verdict.cuda);
    if (reading === undefined || compatible(best, reading) || isOlderCode(reading, best)) return [];
    return [`${show(winner)}, but ${show(verdict)}: they can't be of one build.`];
  });
}

/** GPU code may be that of a library which was built long before, and came along. */
function isOlderCode(reading: CudaReading, best: CudaReading): boolean {
  if (reading.source !== gpuCodeSource) return false;
  return compareReleases(reading, best) < 0;
}

function show({ library, variant, cuda }: VariantVerdict): string {
  return `${library} is ${variant ?? `CUDA ${cuda?.version ?? ''}`} (${cuda?.source ?? ''})`;
}

function withReading(verdict: VariantVerdict): [CudaReading, VariantVerdict][] {
  const reading = readingOf(verdict.cuda);
  return reading === undefined ? [] : [[reading, verdict]];
}
