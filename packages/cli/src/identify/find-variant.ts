import {
  askNvcc,
  checkRequested,
  combineVerdicts,
  describeNvccFailure,
  detectVariant,
  type Evidence,
  type NvccAnswer,
  type RequestCheck,
  type VariantVerdict,
} from '@wheelwright/variant';
import type { CommandContext } from '../command.js';
import { probeSubject, type ProbedLibrary } from './probe-subject.js';
import type { Subject } from './subject.js';

/** What the command line says about finding a variant. */
export interface VariantFlags {
  readonly variant?: string;
  readonly probe: 'elf' | 'runtime';
  readonly probeTimeout: number;
  readonly nvcc: boolean;
}

/** The variant of a subject, and all that led to it. */
export interface FoundVariant {
  /** What was asked for, if nothing contradicts it; else what the libraries are. */
  readonly variant: string | null;
  readonly verdict: VariantVerdict;
  /** How what was asked for compares with the libraries. */
  readonly check: RequestCheck | undefined;
  readonly probed: readonly ProbedLibrary[];
  readonly warnings: readonly string[];
}

/**
 * Finds the variant of a subject's libraries: by their bytes; by what they say when they are loaded, if that is asked
 * for; by nvcc, if they use CUDA.
 *
 * @throws VariantError `invalid-variant` for a request that is no word
 */
export async function findVariant(
  subject: Subject,
  flags: VariantFlags,
  { host, reporter, signal }: Pick<CommandContext, 'host' | 'reporter' | 'signal'>,
): Promise<FoundVariant> {
  const requested = flags.variant;
  if (flags.probe === 'runtime') reporter.step('asking the library in a process of its own');
  const probed =
    flags.probe === 'runtime' ? await probeSubject(subject, { timeout: flags.probeTimeout, signal }) : [];
  const libinfoOf = (name: string) => {
    const probe = probed.find(({ library }) => library === name)?.probe;
    return probe?.state === 'answered' ? probe.features : undefined;
  };
  const detect = (nvcc: NvccAnswer | undefined): VariantVerdict[] =>
    subject.libraries.map(({ name, facts }) => {
      const options = { requested, libinfo: libinfoOf(name) };
      const verdict = detectVariant(facts, options);
      return verdict.features.CUDA && nvcc !== undefined
        ? detectVariant(facts, { ...options, nvcc })
        : verdict;
    });
  const alone = combineVerdicts(detect(undefined));
  const nvcc =
    alone.features.CUDA && flags.nvcc ? await askNvcc({ environment: host.env, signal }) : undefined;
  const combined = nvcc === undefined || isSilent(nvcc, alone) ? alone : combineVerdicts(detect(nvcc));
  const verdict = withProbes(combined, flags, probed);
  const check = requested === undefined ? undefined : checkRequested(requested, verdict);
  return {
    variant: check === undefined || check.result === 'mismatch' ? verdict.variant : check.requested,
    verdict,
    check,
    probed,
    warnings: [
      ...verdict.contradictions,
      ...(check === undefined || (check.verified && check.result === 'match') ? [] : [check.message]),
      ...(verdict.variant !== null && verdict.hint !== undefined ? [verdict.hint] : []),
      ...(nvcc?.state === 'release' || nvcc === undefined || nvcc.state === 'absent'
        ? []
        : [describeNvccFailure(nvcc)]),
      ...probed.flatMap(isolationWarning),
    ],
  };
}

/** No nvcc is no news where the library tells its release itself. */
function isSilent(nvcc: NvccAnswer, { variant, hint }: VariantVerdict): boolean {
  return nvcc.state === 'absent' && variant !== null && hint === undefined;
}

/** Adds why a library gave no answer to the evidence: a normal result. */
function withProbes(
  verdict: VariantVerdict,
  flags: VariantFlags,
  probed: readonly ProbedLibrary[],
): VariantVerdict {
  if (flags.probe !== 'runtime') return verdict;
  const silent = probed.flatMap(({ library, probe }): Evidence[] =>
    probe.state === 'answered'
      ? []
      : [{ source: 'libinfo', says: 'nothing', detail: probe.message, library }],
  );
  const none: Evidence = {
    source: 'libinfo',
    says: 'nothing',
    detail: 'nothing was loaded: it has no function MXLibInfoFeatures',
    library: verdict.library,
  };
  return { ...verdict, evidence: [...verdict.evidence, ...(probed.length === 0 ? [none] : silent)] };
}

function isolationWarning({ library, probe: { isolation } }: ProbedLibrary): string[] {
  if (isolation.kind === 'namespaces') return [];
  return [
    `${library} was loaded with the network in reach and only in a process group of its own: ${isolation.why}`,
  ];
}
