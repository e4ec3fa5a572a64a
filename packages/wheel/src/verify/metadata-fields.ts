import { quoted, WheelError } from '../error.js';
import { normaliseLicenseExpression } from '../license-expression.js';
import { checkName } from '../name.js';
import { checkContentType } from '../project/readme.js';
import { checkedSpecifier, parseRequirement } from '../requirement.js';
import { normaliseVersion } from '../version.js';
import type { RuleId } from './rule.js';

/** The versions of the core metadata specification, in their order; 2.0 never became one. */
export const METADATA_VERSIONS = ['1.0', '1.1', '1.2', '2.1', '2.2', '2.3', '2.4', '2.5'] as const;
export type MetadataVersion = (typeof METADATA_VERSIONS)[number];

/** What the specification says of a field. */
export interface FieldRule {
  readonly since: MetadataVersion;
  /** The version that deprecated it. */
  readonly until?: MetadataVersion;
  readonly multiple?: boolean;
  /** Throws a `WheelError` for a value that isn't right, which breaks the rule. */
  readonly check?: readonly [RuleId, (value: string) => unknown];
}

/** Every field of the core metadata specification, 1.0 to 2.5, by its name (PEP 241, 314, 345, 566, 643, 639, 794). */
export const METADATA_FIELDS: Readonly<Record<string, FieldRule>> = {
  'Metadata-Version': { since: '1.0' },
  Name: { since: '1.0', check: ['metadata-name', checkName] },
  Version: { since: '1.0', check: ['metadata-version', normaliseVersion] },
  Dynamic: { since: '2.2', multiple: true, check: ['metadata-dynamic', checkDynamic] },
  Platform: { since: '1.0', multiple: true },
  'Supported-Platform': { since: '1.1', multiple: true },
  Summary: { since: '1.0', check: ['metadata-summary', checkSummary] },
  Description: { since: '1.0' },
  'Description-Content-Type': { since: '2.1', check: ['metadata-content-type', checkContentType] },
  Keywords: { since: '1.0' },
  'Home-page': { since: '1.0', until: '2.1', check: ['metadata-url', checkUrl] },
  'Download-URL': { since: '1.1', until: '2.1', check: ['metadata-url', checkUrl] },
  Author: { since: '1.0' },
  'Author-email': { since: '1.0', check: ['metadata-email', checkEmails] },
  Maintainer: { since: '1.2' },
  'Maintainer-email': { since: '1.2', check: ['metadata-email', checkEmails] },
  License: { since: '1.0', until: '2.4' },
  'License-Expression': { since: '2.4', check: ['metadata-license-expression', normaliseLicenseExpression] },
  'License-File': { since: '2.4', multiple: true, check: ['metadata-license-file', checkLicensePath] },
  Classifier: { since: '1.1', multiple: true, check: ['metadata-classifier', checkClassifier] },
  'Requires-Dist': { since: '1.2', multiple: true, check: ['metadata-requires-dist', parseRequirement] },
  'Requires-Python': { since: '1.2', check: ['metadata-requires-python', checkedSpecifier] },
  'Requires-External': { since: '1.2', multiple: true },
  'Project-URL': { since: '1.2', multiple: true, check: ['metadata-project-url', checkProjectUrl] },
  'Provides-Extra': { since: '2.1', multiple: true, check: ['metadata-provides-extra', checkName] },
  'Provides-Dist': { since: '1.2', multiple: true },
  'Obsoletes-Dist': { since: '1.2', multiple: true },
  'Import-Name': { since: '2.5', multiple: true, check: ['metadata-import-name', checkImportName] },
  'Import-Namespace': { since: '2.5', multiple: true, check: ['metadata-import-name', checkImportName] },
  Requires: { since: '1.1', until: '1.2', multiple: true },
  Provides: { since: '1.1', until: '1.2', multiple: true },
  Obsoletes: { since: '1.1', until: '1.2', multiple: true },
};

/** The longest Summary that the index takes. */
const LONGEST_SUMMARY = 512;
const LONGEST_LABEL = 32;
const EMAIL = /[^\s@<>,;"]+@[^\s@<>,;"]+/;

function refuse(message: string): never {
  throw new WheelError('bad-metadata', message);
}

function checkSummary(summary: string): void {
  if (summary.length > LONGEST_SUMMARY)
    refuse(`Summary has ${summary.length} characters, more than ${LONGEST_SUMMARY}`);
}

/** PEP 643: any other field may be dynamic. */
function checkDynamic(name: string): void {
  const wanted = name.toLowerCase();
  const known = Object.keys(METADATA_FIELDS).some((field) => field.toLowerCase() === wanted);
  if (!known) refuse(`${quoted(name)} is not a field`);
  if (['name', 'version', 'metadata-version', 'dynamic'].includes(wanted))
    refuse(`${name} cannot be dynamic`);
}

function checkUrl(url: string): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== 'http:' && parsed?.protocol !== 'https:')
    refuse(`${quoted(url)} is not an http or https URL`);
}

function checkEmails(list: string): void {
  if (!EMAIL.test(list)) refuse(`${quoted(list)} holds no email address`);
}

/** PEP 639: a path below `dist-info/licenses`, with `/`, relative and resolved. */
function checkLicensePath(path: string): void {
  if (/^\/|^[A-Za-z]:|\\|\*/.test(path) || path.split('/').includes('..') || path === '')
    refuse(`${quoted(path)} is not a relative path with "/", without "..", "\\" and "*"`);
}

function checkClassifier(classifier: string): void {
  if (!/^[^:\s][^:]*(?: :: [^:\s][^:]*)+$/.test(classifier))
    refuse(`${quoted(classifier)} is not a classifier such as "Programming Language :: Python :: 3"`);
}

function checkProjectUrl(value: string): void {
  const comma = value.indexOf(',');
  const [label, url] = [value.slice(0, Math.max(comma, 0)).trim(), value.slice(comma + 1).trim()];
  if (comma < 0 || label === '') refuse(`${quoted(value)} is not "label, URL"`);
  if (label.length > LONGEST_LABEL)
    refuse(`the label ${quoted(label)} has more than ${LONGEST_LABEL} characters`);
  checkUrl(url);
}

/** Python's keywords, which cannot be the name of a module. */
const KEYWORDS = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from ' +
    'global if import in is lambda nonlocal not or pass raise return try while with yield'
  ).split(' '),
);

function checkImportName(value: string): void {
  const [name = '', mark] = value.split(';').map((part) => part.trim());
  // An empty Import-Name says that the wheel has no module at all.
  if (name === '' && mark === undefined) return;
  for (const part of name.split('.')) {
    if (!/^[\p{XIDS}_]\p{XIDC}*$/u.test(part))
      refuse(`${quoted(value)}: ${quoted(part)} is not an identifier`);
    if (KEYWORDS.has(part)) refuse(`${quoted(value)}: ${part} is a keyword`);
  }
  if (mark !== undefined && mark !== 'private')
    refuse(`${quoted(value)}: only "; private" can follow the name`);
}
