import { parsePlatformTag, type Policy, type Verdict } from '@wheelwright/audit';
import { RepairError } from '../error.js';

/** The policies that a verdict speaks of, the oldest first. */
export function policiesOfVerdict({ external }: Pick<Verdict, 'external'>): Policy[] {
  return Object.keys(external).flatMap((tag) => policyOf(tag) ?? []);
}

/**
 * The policies to try, in their order. With a wish that one alone; else those for which the fewest libraries have to be
 * grafted, as auditwheel chooses, from the oldest that the wheel's own symbols allow to the newest.
 *
 * @param own - the verdict over the wheel's files alone
 * @param withHost - the verdict in which the libraries found on this machine count: it says what each policy grafts
 * @param wanted - a platform tag, with or without its architecture; `auto` is no wish
 * @throws {@link RepairError} `bad-request` for a tag that isn't one, or that is another architecture's or libc's
 */
export function choosePolicies(
  own: Pick<Verdict, 'platformBySymbols' | 'external'>,
  withHost: Pick<Verdict, 'external'>,
  wanted = 'auto',
): Policy[] {
  const policies = policiesOfVerdict(own);
  const [first] = policies;
  if (wanted !== 'auto') return [wantedPolicy(wanted, first)];
  const bySymbols = policyOf(own.platformBySymbols);
  const count = (policy: Policy): number =>
    Object.keys(withHost.external[`${policy.name}_${policy.architecture}`] ?? {}).length;
  const fewest = Math.min(...policies.map(count));
  return policies.filter(
    (policy) => count(policy) === fewest && bySymbols !== undefined && policy.priority <= bySymbols.priority,
  );
}

/** Whether a wish has a legacy name, such as `manylinux2014`: auditwheel then claims nothing beyond it. */
export function isLegacyName(wanted: string): boolean {
  return /^manylinux(?:1|2010|2014)(?:_|$)/.test(wanted);
}

function wantedPolicy(wanted: string, subject: Policy | undefined): Policy {
  const candidates = [wanted, ...(subject === undefined ? [] : [`${wanted}_${subject.architecture}`])];
  const policy = candidates.map(policyOf).find((found) => found !== undefined);
  if (policy === undefined) {
    throw new RepairError('bad-request', `${wanted} is no platform tag with a policy`, {
      hint: 'name one such as manylinux2014_x86_64, manylinux_2_28_aarch64 or musllinux_1_2_x86_64',
    });
  }
  if (
    subject !== undefined &&
    (policy.architecture !== subject.architecture || policy.family !== subject.family)
  ) {
    const is = `${subject.family}, ${subject.architecture}`;
    throw new RepairError('bad-request', `${wanted} can't be met: the wheel's files are for ${is}`, {
      hint: 'repairing changes names and search paths, not machine code: compile for that platform',
    });
  }
  return policy;
}

function policyOf(tag: string): Policy | undefined {
  const parsed = parsePlatformTag(tag);
  return parsed.kind === 'policy' ? parsed.policy : undefined;
}
