import { judge, platformSpellings, type AuditedFile, type Verdict } from '@wheelwright/audit';

/** The platform part of a wheel's tag, and whether the files keep what it promises. */
export interface PlatformClaim {
  /** With a legacy alias beside its modern spelling: `manylinux2014_x86_64.manylinux_2_17_x86_64`. */
  readonly tag: string;
  readonly verdict: Verdict;
}

/**
 * Chooses what a wheel claims: the target if there is one, else the most widely installable tag that its files meet
 * as they are. The verdict says whether the claim holds.
 */
export function claimPlatform(files: readonly AuditedFile[], target: string | undefined): PlatformClaim {
  const platform = target ?? judge({ kind: 'folder', files }).platform;
  // pip before 20.3 knows the legacy names only (PEP 599): a wheel claims both.
  const tag = files.length === 0 ? 'any' : platformSpellings(platform).join('.');
  return { tag, verdict: judge({ kind: 'folder', files, claimed: tag.split('.') }) };
}
