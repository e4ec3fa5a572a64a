import { allows, describeReading } from './cuda-version.js';
import { readingOf } from './cuda-verdict.js';
import { readVariantWord, type VariantWord } from './variant-word.js';
import type { VariantVerdict } from './verdict.js';

/** Whether a library is what was asked for. @public */
export interface RequestCheck {
  /** `unverifiable`: a project's own word, or a CUDA version that the library doesn't tell. */
  readonly result: 'match' | 'mismatch' | 'unverifiable';
  /** Whether the evidence settles the question: false where it's only consistent with the request, or silent. */
  readonly verified: boolean;
  readonly requested: string;
  /** What the library says, as a word or in words. */
  readonly detected: string;
  /** Both sides in one sentence. */
  readonly message: string;
}

/**
 * Compares a request with the evidence. `cu118` agrees with a library that only says "11.2 or a later 11.x".
 * @param requested - the word that was asked for; upper case counts as lower case
 * @throws VariantError `invalid-variant`
 * @public
 */
export function checkRequested(requested: string, verdict: VariantVerdict): RequestCheck {
  const word = readVariantWord(requested);
  const detected = describe(verdict);
  const answer = (result: RequestCheck['result'], verified: boolean, message: string): RequestCheck => ({
    result,
    verified,
    requested: word.word,
    detected,
    message,
  });
  if (word.kind === 'own') {
    const message = `'${word.word}' is the project's own word, which no library can confirm; ${verdict.library} is ${detected}.`;
    return answer('unverifiable', false, message);
  }
  const sides = `'${word.word}' was requested, and ${verdict.library} is ${detected}`;
  switch (compare(word, verdict)) {
    case 'named':
      return answer('match', true, `${sides}.`);
    case 'consistent':
      return answer('match', false, `${sides}: consistent, though the library leaves the version open.`);
    case 'silent':
      return answer('unverifiable', false, `${sides}: it doesn't tell its CUDA version.`);
    case 'contradicted':
      return answer('mismatch', true, `${sides}.`);
  }
}

/** Sources of a release that aren't the library. */
const strangers = new Set(['flag', 'nvcc']);

function compare(
  word: Exclude<VariantWord, { kind: 'own' }>,
  verdict: VariantVerdict,
): 'named' | 'consistent' | 'silent' | 'contradicted' {
  if (word.kind !== 'cuda') return verdict.variant === word.word ? 'named' : 'contradicted';
  if (verdict.cuda === null) return 'contradicted';
  const reading = readingOf(verdict.cuda);
  if (reading === undefined) return 'silent';
  if (!allows(reading, word.release)) return 'contradicted';
  return reading.known === 'exact' && !strangers.has(reading.source) ? 'named' : 'consistent';
}

function describe(verdict: VariantVerdict): string {
  if (verdict.cuda === null) return verdict.variant ?? 'unknown';
  const reading = readingOf(verdict.cuda);
  if (reading === undefined) return `CUDA of an unknown version (${verdict.cuda.source})`;
  if (reading.known === 'exact') return verdict.variant ?? describeReading(reading);
  return `${describeReading(reading)} (${reading.source})`;
}
