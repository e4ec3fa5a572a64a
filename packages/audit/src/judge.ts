import { claimOffences, disagreementOffences, pythonOffences, type Claim } from './claim.js';
import { AuditError } from './error.js';
import { fixesFor } from './fix.js';
import type { AuditedFile } from './graph.js';
import { hostSearch, type HostLibrary } from './host-library.js';
import { describeComplaints } from './offence.js';
import { parsePlatformTag, type PlatformTag } from './platform-tag.js';
import { policiesOf, tagOf, type Policy } from './policy.js';
import { complaintsAbout, hasNone, versionsOfHost, type Complaints } from './requirement.js';
import { selectFiles, subjectOf, type Subject } from './select.js';
import { suggestTag } from './suggest-tag.js';
import { claimedPlatforms, type TagClaims } from './tag-claim.js';
import type { Verdict } from './verdict.js';

/** What is to be judged: facts only. */
export interface JudgeInput {
  readonly kind: Verdict['kind'];
  readonly files: readonly AuditedFile[];
  /** Platform tags that are claimed, beside those of `tags`. */
  readonly claimed?: readonly string[];
  /** The tags of a wheel: its Python and ABI parts are claims too. */
  readonly tags?: TagClaims;
  /** Judge by this platform tag instead of what is claimed. */
  readonly policy?: string;
  /** Libraries that are promised to be there, such as a driver's. */
  readonly excluded?: (library: string) => boolean;
  /** Libraries of a machine, where it was asked for: what the wheel lacks is found there, and external all the same. */
  readonly host?: readonly HostLibrary[];
  /** Name all symbols in each offence, not only the first twenty. */
  readonly all?: boolean;
}

/**
 * The verdict over ELF files: which platform tag they meet, which they claim, and why they differ. Pure: it
 * knows nothing but what the files say.
 *
 * @throws {@link AuditError} `unknown-policy` where `policy` is no tag of a known policy
 */
export function judge(input: JudgeInput): Verdict {
  const { files, tags, all = false, excluded = () => false, host = [] } = input;
  const claimed = [
    ...new Set([...(tags === undefined ? [] : claimedPlatforms(tags)), ...(input.claimed ?? [])]),
  ];
  const asked = input.policy === undefined ? claimed : [input.policy];
  const claims = asked.map((tag): Claim => ({ tag, parsed: parsePlatformTag(tag) }));
  if (input.policy !== undefined) checkPolicy(input.policy, claims[0]?.parsed);
  const subject = subjectOf(
    files,
    claims.map(({ parsed }) => parsed),
  );
  const search = hostSearch(host);
  const judgesTags = tags !== undefined && input.policy === undefined;
  const broken = [
    ...claims.flatMap((claim) => claimOffences(claim, { files, excluded, host: search, all, tags })),
    ...(judgesTags ? pythonOffences(files, tags, all) : []),
  ];
  const offences = [...broken, ...(judgesTags ? disagreementOffences(tags) : [])];
  const base = { kind: input.kind, claimed, files, conforms: broken.length === 0 };
  if (subject === undefined) return withoutSubject(base, claims, offences);
  const policies = policiesFor(subject, claims);
  const complaintsOf = complaintsAbout({
    files: selectFiles(files, subject).fitting,
    family: subject.family,
    excluded,
    host: search,
  });
  const bySymbols = bestBySymbols(policies, complaintsOf);
  const name = (policy: Policy | undefined): string =>
    policy === undefined ? `linux_${subject.architecture}` : tagOf(policy);
  const claim = strictest(claims, subject);
  // Without a claim the best that the symbols would allow is what the files are measured by: nothing is broken then.
  const against = claim?.policy ?? bySymbols ?? policies.at(-1);
  const target = claim?.tag ?? name(against);
  const explained =
    claim === undefined && against !== undefined
      ? describeComplaints(complaintsOf(against), against, { tag: tagOf(against), files, all })
      : [];
  const platform = name(policies.find((policy) => hasNone(complaintsOf(policy))));
  return {
    ...base,
    pure: false,
    platform,
    platformBySymbols: name(bySymbols),
    offences: [...offences, ...explained],
    fixes: fixesFor({ complaintsOf, policies, against, target, tagOf: name, files }),
    suggestedTag: suggestTag(files, platform) ?? null,
    external: Object.fromEntries(policies.map((policy) => [tagOf(policy), externalOf(complaintsOf(policy))])),
  };
}

/**
 * musl's versions can't be seen in symbols: only the newest policy promises what is needed. An Android tag is the
 * wheel's to say: what an API level has is known, and no older one is tried.
 */
function policiesFor({ family, architecture }: Subject, claims: readonly Claim[]): readonly Policy[] {
  const policies = policiesOf(family, architecture);
  if (family === 'musllinux') return policies.slice(-1);
  const claimed = claims.find(({ parsed }) => parsed.kind === 'policy' && parsed.family === family)?.parsed;
  return family === 'android' && claimed?.kind === 'policy' ? [claimed.policy] : policies;
}

/** The claim that promises most systems: what the files are measured by. */
function strictest(
  claims: readonly Claim[],
  { family, architecture }: Subject,
): { readonly tag: string; readonly policy: Policy } | undefined {
  return claims
    .flatMap(({ tag, parsed }) => (parsed.kind === 'policy' ? [{ tag, policy: parsed.policy }] : []))
    .filter(({ policy }) => policy.family === family && policy.architecture === architecture)
    .toSorted((a, b) => b.policy.priority - a.policy.priority)[0];
}

/**
 * The oldest policy that could be met if every external library were grafted: the files' symbol versions decide it,
 * and those of the host's libraries which that policy would have grafted.
 */
function bestBySymbols(
  policies: readonly Policy[],
  complaintsOf: (policy: Policy) => Complaints,
): Policy | undefined {
  const reached = policies.map((policy) => {
    const complaints = complaintsOf(policy);
    return policies.find(
      (candidate) =>
        candidate.priority <= policy.priority &&
        complaintsOf(candidate).versions.length === 0 &&
        versionsOfHost(complaints, candidate).length === 0,
    );
  });
  return reached.filter((policy) => policy !== undefined).toSorted((a, b) => b.priority - a.priority)[0];
}

/** What a policy finds missing, and where the host has it. */
function externalOf({ missing }: Complaints): Record<string, string | null> {
  return Object.fromEntries(missing.map(({ library, host }) => [library, host?.path ?? null]));
}

/** No file, or none for a machine that platform tags speak of. What other systems' wheels hold isn't looked at. */
function withoutSubject(
  base: Pick<Verdict, 'kind' | 'claimed' | 'files' | 'conforms'>,
  claims: readonly Claim[],
  offences: Verdict['offences'],
): Verdict {
  const [file] = base.files;
  const foreign = claims.find(({ parsed }) => parsed.kind === 'foreign')?.tag;
  const platform = file === undefined ? (foreign ?? 'any') : `linux_${file.elf.machine}`;
  return {
    ...base,
    pure: file === undefined && foreign === undefined,
    platform,
    platformBySymbols: platform,
    offences,
    fixes: [],
    suggestedTag: foreign === undefined ? (suggestTag(base.files, platform) ?? null) : null,
    external: {},
  };
}

function checkPolicy(name: string, parsed: PlatformTag | undefined): void {
  if (parsed?.kind === 'policy' || parsed?.kind === 'linux') return;
  throw new AuditError('unknown-policy', `${name} is no platform tag with a policy`, {
    hint: 'name one such as manylinux2014_x86_64, manylinux_2_28_aarch64 or musllinux_1_2_x86_64',
  });
}
