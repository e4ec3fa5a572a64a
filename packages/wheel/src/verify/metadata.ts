import { quoted, WheelError } from '../error.js';
import type { WheelFilename } from '../filename.js';
import { fieldValues, type HeaderField, parseHeaderFields } from '../header-fields.js';
import { normaliseDistribution, normaliseExtra } from '../name.js';
import { parseRequirement } from '../requirement.js';
import { normaliseVersion } from '../version.js';
import { METADATA_FIELDS, METADATA_VERSIONS, type MetadataVersion } from './metadata-fields.js';
import type { Report, RuleId } from './rule.js';

/** What METADATA is compared with. */
export interface MetadataPlace {
  /** The member's name: `pkg-1.0.dist-info/METADATA`. */
  readonly member: string;
  readonly filename: WheelFilename | undefined;
  readonly names: ReadonlySet<string>;
}

const FIELDS = new Map(
  Object.entries(METADATA_FIELDS).map(([name, rule]) => [name.toLowerCase(), { name, ...rule }]),
);

/** Judges METADATA field by field (core metadata specification up to 2.5), then against file name and archive. */
export function checkMetadata(text: string, place: MetadataPlace, report: Report): void {
  const { member } = place;
  let fields: HeaderField[];
  try {
    fields = parseHeaderFields(text, 'bad-metadata');
  } catch (error) {
    if (!(error instanceof WheelError)) throw error;
    report('metadata-syntax', member, `METADATA: ${error.message}`);
    return;
  }
  const version = checkVersion(fields, member, report);
  checkEachField(fields, { member, version }, report);
  for (const name of ['Name', 'Version']) {
    if (fieldValues(fields, name).length === 0)
      report('metadata-field-missing', member, `METADATA has no ${name}`);
  }
  const body = /\r?\n\r?\n([\s\S]*)$/.exec(text)?.[1] ?? '';
  if (body.trim() !== '' && fieldValues(fields, 'Description').length > 0)
    report('metadata-description-twice', member, 'METADATA has a Description field and a body');
  checkLicenses(fields, place, report);
  checkExtras(fields, member, report);
  checkUrls(fields, member, report);
  checkImports(fields, member, report);
  checkAgainstFilename(fields, place, report);
}

function checkVersion(
  fields: readonly HeaderField[],
  member: string,
  report: Report,
): MetadataVersion | undefined {
  const [value] = fieldValues(fields, 'Metadata-Version');
  const known = METADATA_VERSIONS.find((version) => version === value);
  if (value === undefined) report('metadata-field-missing', member, 'METADATA has no Metadata-Version');
  else if (known === undefined)
    report(
      'metadata-version-unknown',
      member,
      `Metadata-Version ${quoted(value)} is none of ${METADATA_VERSIONS.join(', ')}`,
    );
  return known;
}

function checkEachField(
  fields: readonly HeaderField[],
  { member, version }: { readonly member: string; readonly version: MetadataVersion | undefined },
  report: Report,
): void {
  const at = version === undefined ? METADATA_VERSIONS.length : METADATA_VERSIONS.indexOf(version);
  const counts = new Map<string, number>();
  for (const [written, value] of fields) {
    const rule = FIELDS.get(written.toLowerCase());
    if (rule === undefined) {
      report('metadata-field-unknown', member, `${quoted(written)} is not a field of core metadata`);
      continue;
    }
    counts.set(rule.name, (counts.get(rule.name) ?? 0) + 1);
    // `UNKNOWN` is what setuptools wrote for a value that it did not have.
    if (
      rule.check === undefined ||
      value === 'UNKNOWN' ||
      (value === '' && rule.name !== 'Name' && rule.name !== 'Version')
    )
      continue;
    try {
      rule.check[1](value);
    } catch (error) {
      if (!(error instanceof WheelError)) throw error;
      report(rule.check[0], member, `${rule.name}: ${error.message}`);
    }
  }
  for (const [name, count] of counts) {
    const { since, until, multiple } = METADATA_FIELDS[name] ?? {};
    if (count > 1 && multiple !== true)
      report('metadata-field-repeated', member, `METADATA has ${count} ${name} fields; one is allowed`);
    if (since !== undefined && METADATA_VERSIONS.indexOf(since) > at)
      // setuptools wrote License-File years before its specification, and uploaders leave it out.
      report(
        name === 'License-File' ? 'metadata-license-file-early' : 'metadata-field-too-new',
        member,
        `${name} came with Metadata-Version ${since}, but METADATA is of ${version ?? '?'}`,
      );
    if (until !== undefined && version !== undefined && METADATA_VERSIONS.indexOf(until) <= at)
      report('metadata-field-deprecated', member, `${name} is deprecated since Metadata-Version ${until}`);
  }
}

/** PEP 639: an expression stands alone, and every License-File is there. */
function checkLicenses(
  fields: readonly HeaderField[],
  { member, names }: MetadataPlace,
  report: Report,
): void {
  if (fieldValues(fields, 'License-Expression').length > 0) {
    const classifiers = fieldValues(fields, 'Classifier').filter((value) => /^License\s*::/.test(value));
    if (fieldValues(fields, 'License').some((value) => value !== ''))
      report('metadata-license-conflict', member, 'METADATA has License beside License-Expression (PEP 639)');
    for (const classifier of classifiers)
      report(
        'metadata-license-conflict',
        member,
        `METADATA has the classifier ${quoted(classifier)} beside License-Expression (PEP 639)`,
      );
  }
  const [version = ''] = fieldValues(fields, 'Metadata-Version');
  const folder = member.replace(/METADATA$/, '');
  for (const path of fieldValues(fields, 'License-File')) {
    // Before 2.4 setuptools and others wrote the field ahead of its specification, and files right into dist-info.
    const places =
      version === '2.4' || version === '2.5'
        ? [`${folder}licenses/${path}`]
        : [`${folder}licenses/${path}`, `${folder}${path}`, `${folder}${path.split('/').at(-1) ?? ''}`];
    if (!places.some((name) => names.has(name)))
      report(
        'metadata-license-file-missing',
        member,
        `License-File ${quoted(path)} is not in the archive, where it should be ${quoted(places[0] ?? '')}`,
      );
  }
}

function checkExtras(fields: readonly HeaderField[], member: string, report: Report): void {
  const declared = new Set<string>();
  for (const extra of fieldValues(fields, 'Provides-Extra')) {
    const key = quietly(() => normaliseExtra(extra));
    if (key === undefined) continue;
    if (declared.has(key))
      report(
        'metadata-provides-extra',
        member,
        `Provides-Extra ${quoted(extra)} is there twice, normalised ${key}`,
      );
    declared.add(key);
  }
  for (const value of fieldValues(fields, 'Requires-Dist')) {
    const requirement = quietly(() => parseRequirement(value));
    if (requirement?.url !== undefined)
      report(
        'metadata-direct-reference',
        member,
        `Requires-Dist ${quoted(value)} is a URL, which the public index refuses`,
      );
    for (const [, , extra = ''] of (requirement?.marker ?? '').matchAll(/\bextra\s*==\s*(['"])([^'"]*)\1/g)) {
      const key = quietly(() => normaliseExtra(extra)) ?? extra;
      if (!declared.has(key))
        report(
          'metadata-extra-undeclared',
          member,
          `the extra ${quoted(extra)} of ${quoted(value)} has no Provides-Extra`,
        );
    }
  }
}

/** PEP 753: labels compare without punctuation and white space, in lower case. */
function checkUrls(fields: readonly HeaderField[], member: string, report: Report): void {
  const labels = new Map<string, string>();
  for (const value of fieldValues(fields, 'Project-URL')) {
    const label = value.split(',')[0]?.trim() ?? '';
    const key = label.toLowerCase().replace(/[!-/:-@[-`{-~\s]/g, '');
    const other = labels.get(key);
    if (other !== undefined)
      report(
        'metadata-project-url-twice',
        member,
        `the Project-URL labels ${quoted(other)} and ${quoted(label)} are one (PEP 753)`,
      );
    labels.set(key, label);
  }
}

function checkImports(fields: readonly HeaderField[], member: string, report: Report): void {
  const bare = (field: string): string[] =>
    fieldValues(fields, field).map((value) => value.split(';')[0]?.trim() ?? '');
  const namespaces = new Set(bare('Import-Namespace'));
  for (const name of bare('Import-Name').filter((value) => value !== '' && namespaces.has(value)))
    report('metadata-import-conflict', member, `${name} is both Import-Name and Import-Namespace (PEP 794)`);
}

function checkAgainstFilename(
  fields: readonly HeaderField[],
  { member, filename }: MetadataPlace,
  report: Report,
): void {
  const compare = (
    rule: RuleId,
    field: string,
    said: string | undefined,
    normalise: (text: string) => string,
  ): void => {
    const [value] = fieldValues(fields, field);
    if (value === undefined || said === undefined) return;
    const normal = quietly(() => normalise(value));
    if (normal !== undefined && normal !== normalise(said))
      report(rule, member, `METADATA says ${field} ${value}, the file name ${said}`);
  };
  compare('filename-name-mismatch', 'Name', filename?.distribution, normaliseDistribution);
  compare('filename-version-mismatch', 'Version', filename?.version, normaliseVersion);
  const local = /\+\S+/.exec(fieldValues(fields, 'Version')[0] ?? '');
  if (local !== null)
    report(
      'metadata-local-version',
      member,
      `the public index refuses the local part ${local[0]} of the version`,
    );
}

/** What is refused has been reported by its own field's check already. */
function quietly<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (error instanceof WheelError) return undefined;
    throw error;
  }
}
