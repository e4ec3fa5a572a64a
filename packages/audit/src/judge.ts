import { AuditError } from './error.js';
import { fixesFor } from './fix.js';
import type { AuditedFile } from './graph.js';
import { describeComplaints, foreignOffences, tagOffence } from './offence.js';
import { parsePlatformTag, type PlatformTag } from './platform-tag.js';
import { policiesOf, type Policy } from './policy.js';
import { complain, hasNone, versionsBeyond, type Complaints, type Judged } from './requirement.js';
import { selectFiles, subjectOf, type Subject } from './select.js';
import type { Offence, Verdict } from './verdict.js';

/** What is to be judged: facts only. */
export interface JudgeInput {
  readonly kind: Verdict['kind'];
  readonly files: readonly AuditedFile[];
  /** Platform tags that are claimed, such as those of a wheel's file name. */
  readonly claimed?: readonly string[];
  /** Judge by this tag instead of the claimed ones. */
  readonly policy?: string;
  /** Libraries that are promised to be there, such as a driver's. */
  readonly excluded?: (library: string) => boolean;
}

/**
 * The verdict over ELF files: which platform tag they meet, which they claim, and why they differ. Pure: it
 * knows nothing but what the files say.
 *
 * @throws {@link AuditError} `unknown-policy` where `policy` is no tag of a known policy
 */
export function judge(input: JudgeInput): Verdict {
  const claimed = input.claimed ?? [];
  const asked = input.policy === undefined ? claimed : [input.policy];
  const claims = asked.map((tag) => ({ tag, parsed: parsePlatformTag(tag) }));
  const parsedClaims = claims.map(({ parsed }) => parsed);
  if (input.policy !== undefined) checkPolicy(input.policy, parsedClaims[0]);
  const subject = subjectOf(input.files, parsedClaims);
  const base = { kind: input.kind, claimed, files: input.files };
  if (subject === undefined) return withoutSubject(base, claims);
  const excluded = input.excluded ?? (() => false);
  const judged: Judged = {
    files: selectFiles(input.files, subject).fitting,
    family: subject.family,
    excluded,
  };
  const policies = policiesFor(subject);
  const complaintsOf = complaintsOnce(judged);
  const bySymbols = policies.find((policy) => versionsBeyond(judged.files, policy).length === 0);
  const tagOf = (policy: Policy | undefined): string => `${policy?.name ?? 'linux'}_${subject.architecture}`;
  const offences = claims.flatMap(({ tag, parsed }) => offencesAgainst(tag, parsed, input.files, excluded));
  const claim = parsedClaims.find((parsed) => parsed.kind === 'policy');
  // Without a claim the best that the symbols would allow is what the files are measured by: nothing is broken then.
  const against = claim?.policy ?? bySymbols ?? policies.at(-1);
  const explained =
    claim === undefined && against !== undefined ? describeComplaints(complaintsOf(against), against) : [];
  return {
    ...base,
    pure: false,
    platform: tagOf(policies.find((policy) => hasNone(complaintsOf(policy)))),
    platformBySymbols: tagOf(bySymbols),
    conforms: offences.length === 0,
    offences: [...offences, ...explained],
    fixes: fixesFor(complaintsOf, policies, against, tagOf),
    external: Object.fromEntries(policies.map((policy) => [tagOf(policy), externalOf(complaintsOf(policy))])),
  };
}

/** musl's versions can't be seen in symbols: only the newest policy promises what is needed. */
function policiesFor({ family, architecture }: Subject): readonly Policy[] {
  const policies = policiesOf(family, architecture);
  return family === 'musllinux' ? policies.slice(-1) : policies;
}

/** Each policy is held against the files once, however many questions are asked of the answer. */
function complaintsOnce(judged: Judged): (policy: Policy) => Complaints {
  const known = new Map<Policy, Complaints>();
  return (policy) => {
    const complaints = known.get(policy) ?? complain(judged, policy);
    known.set(policy, complaints);
    return complaints;
  };
}

function offencesAgainst(
  tag: string,
  parsed: PlatformTag,
  files: readonly AuditedFile[],
  excluded: (library: string) => boolean,
): Offence[] {
  switch (parsed.kind) {
    case 'any':
      return files.length === 0
        ? []
        : [tagOffence(tag, 'any promises that it runs everywhere, and there is native code in it')];
    case 'unknown':
      return [tagOffence(tag, parsed.reason)];
    case 'foreign':
      return [];
    case 'linux':
      return foreignOffences(
        tag,
        files.filter(({ elf }) => elf.architecture !== parsed.architecture),
        [],
      );
    case 'policy': {
      const { policy, family } = parsed;
      const { fitting, otherArchitecture, otherLibc } = selectFiles(files, {
        architecture: policy.architecture,
        family,
      });
      return [
        ...foreignOffences(tag, otherArchitecture, otherLibc),
        ...describeComplaints(complain({ files: fitting, family, excluded }, policy), policy, tag),
      ];
    }
  }
}

/** The host isn't searched: an external library is found nowhere. */
function externalOf({ missing }: Complaints): Record<string, null> {
  return Object.fromEntries(missing.map(({ library }) => [library, null]));
}

/** No file, or none for a machine that platform tags speak of. */
function withoutSubject(
  base: Pick<Verdict, 'kind' | 'claimed' | 'files'>,
  claims: readonly { readonly tag: string; readonly parsed: PlatformTag }[],
): Verdict {
  const pure = base.files.length === 0;
  const platform = pure ? 'any' : `linux_${base.files[0]?.elf.machine ?? ''}`;
  const offences = claims.flatMap(({ tag, parsed }) => offencesAgainst(tag, parsed, base.files, () => false));
  return {
    ...base,
    pure,
    platform,
    platformBySymbols: platform,
    conforms: offences.length === 0,
    offences,
    fixes: [],
    external: {},
  };
}

function checkPolicy(name: string, parsed: PlatformTag | undefined): void {
  if (parsed?.kind === 'policy' || parsed?.kind === 'linux') return;
  throw new AuditError('unknown-policy', `${name} is no platform tag with a policy`, {
    hint: 'name one such as manylinux2014_x86_64, manylinux_2_28_aarch64 or musllinux_1_2_x86_64',
  });
}
