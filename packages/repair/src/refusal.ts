import { parsePlatformTag, type Offence, type Verdict } from '@wheelwright/audit';
import { RepairError } from './error.js';
import { findOwners } from './owner/find-owners.js';
import type { Graft, Planning } from './plan/repair-plan.js';

/** Lines that an error tells before it counts the rest. */
const MAX_LINES = 6;

/**
 * Says why a wheel can't be repaired for a policy: what its own files need, or which library raises the floor, which
 * package that is of, and where an older one could come from.
 */
export async function explainRefusal(
  planning: Planning | undefined,
  own: Verdict,
  signal: AbortSignal | undefined,
): Promise<RepairError> {
  if (planning === undefined || planning.status === 'planned') {
    const told = own.offences.filter(({ kind }) => kind !== 'library').map(tell);
    return new RepairError('policy-not-met', `the wheel's own files meet no policy${lines(told)}`, {
      hint: 'compile it for an older system; `wheelwright audit` tells more',
    });
  }
  const { reason, policy, offences, grafts, best } = planning;
  if (reason === 'policy') {
    return new RepairError(
      'policy-not-met',
      `the wheel's own files need more than ${policy} allows${lines(offences.map(tell))}`,
      { hint: 'compile it for an older system (build-wheel does, with zig), or ask for a newer tag' },
    );
  }
  return floorRaised(policy, offences, grafts, best, signal);
}

async function floorRaised(
  policy: string,
  offences: readonly Offence[],
  grafts: readonly Graft[],
  best: string,
  signal: AbortSignal | undefined,
): Promise<RepairError> {
  const guilty = grafts.filter(({ member }) => offences.some(({ file }) => file === member));
  const owners = await findOwners(
    guilty.map(({ found }) => found),
    signal,
  );
  const told = guilty.map(({ names, found, member }) => {
    const owner = owners.get(found);
    const from = owner === undefined ? found : `${found}, of ${owner.name} ${owner.version}`;
    const reasons = offences.filter(({ file }) => file === member).map(need);
    return `${names.join(', ')} (${from}) needs ${[...new Set(reasons)].slice(0, MAX_LINES).join(', ')}`;
  });
  const accept = best.startsWith('linux_') ? '' : `; or accept the newer floor: --plat ${best}`;
  return new RepairError('floor-raised', `grafting would raise the floor above ${policy}${lines(told)}`, {
    hint: `${olderOne(policy, guilty)}${accept}`,
  });
}

/** Where a library comes from that was built for an older system. */
function olderOne(policy: string, guilty: readonly Graft[]): string {
  const names = guilty.flatMap(({ names }) => names).join(', ');
  const parsed = parsePlatformTag(policy);
  const image =
    parsed.kind === 'policy'
      ? `with the package manager of quay.io/pypa/${parsed.policy.aliases[0] ?? parsed.policy.name}_${parsed.policy.architecture}`
      : 'from a system of that age';
  return `take ${names} ${image}, or build it for ${policy} (a [[tool.wheelwright.static]] dependency with zig), and name its folder with --ldpaths`;
}

function need({ kind, library, version, symbols }: Offence): string {
  if (kind === 'symbol-version') {
    const through = symbols.length === 0 ? '' : ` (${symbols.slice(0, 3).join(', ')})`;
    return `${version ?? ''} of ${library ?? ''}${through}`;
  }
  if (kind === 'symbol') return `${symbols.slice(0, 3).join(', ')} of ${library ?? ''}`;
  return kind === 'isa' ? `the instruction set ${version ?? ''}` : kind;
}

function tell(offence: Offence): string {
  return `${offence.file ?? 'the wheel'} needs ${need(offence)}; ${offence.remedy}`;
}

function lines(told: readonly string[]): string {
  const rest = told.length - MAX_LINES;
  const shown = told.slice(0, MAX_LINES).map((line) => `\n  ${line}`);
  return `:${shown.join('')}${rest > 0 ? `\n  and ${rest} more` : ''}`;
}
