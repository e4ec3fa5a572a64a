import { parsePlatformTag, platformSpellings, type Policy } from '@wheelwright/audit';

/**
 * The platform tags of a repaired wheel: what was aimed at, and the best tag that the files turned out to meet, in both
 * spellings where a legacy one exists; of the old tags those that still hold. `linux_*` and `any` are replaced.
 *
 * @param old - the platform part of the old file name
 */
export function repairedPlatforms(old: string, wanted: string, best: string): string[] {
  const reached = policyOf(best);
  const kept = old.split('.').filter((tag) => {
    const parsed = parsePlatformTag(tag);
    if (parsed.kind === 'foreign') return true;
    return parsed.kind === 'policy' && reached !== undefined && isMet(parsed.policy, reached);
  });
  return [...new Set([...platformSpellings(best), ...platformSpellings(wanted), ...kept])].sort();
}

function policyOf(tag: string): Policy | undefined {
  const parsed = parsePlatformTag(tag);
  return parsed.kind === 'policy' ? parsed.policy : undefined;
}

/** What runs under a policy runs under every newer one of its family. */
function isMet(policy: Policy, reached: Policy): boolean {
  return (
    policy.family === reached.family &&
    policy.architecture === reached.architecture &&
    policy.priority <= reached.priority
  );
}
