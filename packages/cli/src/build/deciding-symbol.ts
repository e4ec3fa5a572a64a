import { judge, parsePlatformTag, policiesOf, type Offence, type Verdict } from '@wheelwright/audit';
import { byNumber } from '../render/by-number.js';

/**
 * The symbol version that keeps files from the next older policy than the one that their symbols meet: the newest
 * of those which that policy lacks. Undefined where no older policy exists, or none lacks a symbol version.
 */
export function decidingSymbol({ files, platformBySymbols }: Verdict): Offence | undefined {
  const met = parsePlatformTag(platformBySymbols);
  if (met.kind !== 'policy') return undefined;
  const policies = policiesOf(met.family, met.policy.architecture);
  const older = policies[policies.indexOf(met.policy) - 1];
  if (older === undefined) return undefined;
  const { offences } = judge({ kind: 'folder', files, policy: `${older.name}_${older.architecture}` });
  const byVersion = (a: Offence, b: Offence): number => byNumber(b.version ?? '', a.version ?? '');
  return offences.filter(({ kind }) => kind === 'symbol-version').sort(byVersion)[0];
}
