import { judge, parsePlatformTag, policiesOf, type Offence, type Verdict } from '@wheelwright/audit';

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
  // Numeric collation compares 2.17 and 2.5 as people do.
  const collator = new Intl.Collator('en', { numeric: true });
  const byVersion = (a: Offence, b: Offence): number => collator.compare(b.version ?? '', a.version ?? '');
  return offences.filter(({ kind }) => kind === 'symbol-version').sort(byVersion)[0];
}
