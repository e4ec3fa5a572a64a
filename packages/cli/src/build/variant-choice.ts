import {
  checkRequested,
  combineVerdicts,
  detectVariant,
  type VariantFacts,
  type VariantVerdict,
} from '@wheelwright/variant';
import { CliError } from '../error.js';

/** Which variant a build is, and what there is to say about it. */
export interface VariantChoice {
  readonly variant: string;
  /** Undefined where there is no library to ask. */
  readonly verdict: VariantVerdict | undefined;
  /** Why it is this one, in a line. */
  readonly why: string;
  readonly warnings: readonly string[];
}

/**
 * Decides the variant: what was asked for, if the libraries don't contradict it; else what they are.
 *
 * @throws {@link CliError} `refused` where a library contradicts the request, `usage` where none tells the version
 */
export function chooseVariant(facts: readonly VariantFacts[], requested: string | undefined): VariantChoice {
  if (facts.length === 0) {
    return {
      variant: requested ?? 'native',
      verdict: undefined,
      why: 'there is no native library',
      warnings: [],
    };
  }
  const verdict = combineVerdicts(facts.map((fact) => detectVariant(fact, { requested })));
  if (requested === undefined) return detected(verdict);
  const check = checkRequested(requested, verdict);
  if (check.result === 'mismatch') {
    throw new CliError('refused', `the variant is not what was asked for: ${check.message}`, {
      hint: 'ask for what the library is, or mend what it was built with',
    });
  }
  const warnings = check.verified ? verdict.contradictions : [check.message, ...verdict.contradictions];
  return {
    variant: check.requested,
    verdict,
    why: check.verified ? reasonOf(verdict) : 'asked for',
    warnings,
  };
}

function detected(verdict: VariantVerdict): VariantChoice {
  if (verdict.variant === null) {
    throw new CliError('usage', `${verdict.library} uses CUDA, and nothing in it tells which version`, {
      hint: verdict.hint,
    });
  }
  const warnings = [...verdict.contradictions, ...(verdict.hint === undefined ? [] : [verdict.hint])];
  return { variant: verdict.variant, verdict, why: reasonOf(verdict), warnings };
}

/** What the library that decided says, in one line. */
function reasonOf({ library, evidence }: VariantVerdict): string {
  const own = evidence.filter((piece) => piece.library === library);
  return own.map(({ says, detail }) => `${says}: ${detail}`).join('; ');
}
