import { WheelError } from './error.js';
import { formatWheelFilename } from './filename.js';
import { fieldValues, parseHeaderFields } from './header-fields.js';
import type { WheelInput } from './input.js';
import { checkMemberName, checkUniqueNames } from './member-name.js';
import { normaliseDistribution } from './name.js';
import type { WheelTags } from './tag.js';
import { normaliseVersion } from './version.js';
import { wheelFileText } from './wheel-file.js';

/** Everything that a wheel is made of. RECORD is made while it's written. */
export interface WheelSpec {
  readonly distribution: string;
  readonly version: string;
  readonly build?: string;
  readonly tags: WheelTags;
  /** The text of METADATA, as `coreMetadata` writes it. */
  readonly metadata: string;
  /** What is installed: modules, packages, and `*.data` folders. */
  readonly files: readonly WheelInput[];
  /** Into `dist-info/licenses/`: at least what METADATA's License-File lines name (PEP 639). */
  readonly licenses?: readonly WheelInput[];
  /** Into `dist-info/sboms/` (PEP 770). */
  readonly sboms?: readonly WheelInput[];
  /** The text of entry_points.txt, as `entryPointsText` writes it. */
  readonly entryPoints?: string;
  readonly rootIsPurelib: boolean;
  /** The WHEEL field Generator: `wheelwright 0.1.0`. */
  readonly generator: string;
}

/** The members of a wheel in their order, without RECORD, which comes last. */
export interface WheelLayout {
  readonly filename: string;
  readonly members: readonly WheelInput[];
  /** The path of RECORD. */
  readonly record: string;
}

/**
 * Decides a wheel's file name, members and their order: files by name, then dist-info by name, then RECORD
 * (PyPA binary distribution format). Refuses what must not be written: `bad-name`, `bad-version`, `bad-tag`,
 * `bad-filename`, `unsafe-name`, `duplicate-name` (also by case), `bad-input`, `bad-metadata`, `bad-wheel-file`.
 */
export function layoutWheel(spec: WheelSpec): WheelLayout {
  const distInfo = `${normaliseDistribution(spec.distribution)}-${normaliseVersion(spec.version)}.dist-info`;
  const filename = formatWheelFilename(spec);
  checkMetadata(spec);
  spec.files.forEach(refuseDistInfo);
  const members = [
    ...spec.files.toSorted(byName),
    ...[
      generated(`${distInfo}/METADATA`, spec.metadata),
      generated(`${distInfo}/WHEEL`, wheelFileText(spec)),
      ...(spec.entryPoints === undefined
        ? []
        : [generated(`${distInfo}/entry_points.txt`, spec.entryPoints)]),
      ...(spec.licenses ?? []).map((input) => into(`${distInfo}/licenses`, input)),
      ...(spec.sboms ?? []).map((input) => into(`${distInfo}/sboms`, input)),
    ].toSorted(byName),
  ];
  const record = `${distInfo}/RECORD`;
  const names = [...members.map(({ name }) => name), record];
  names.forEach(checkFileName);
  checkUniqueNames(names, { fold: true });
  return { filename, members, record };
}

/** METADATA and the file name say the same, and every License-File is there. */
function checkMetadata(spec: WheelSpec): void {
  const fields = parseHeaderFields(spec.metadata, 'bad-metadata');
  const [name, version] = [fieldValues(fields, 'Name')[0] ?? '', fieldValues(fields, 'Version')[0] ?? ''];
  if (normaliseDistribution(name) !== normaliseDistribution(spec.distribution)) {
    throw new WheelError('bad-metadata', `METADATA is of ${name}, but the wheel is of ${spec.distribution}`);
  }
  if (normaliseVersion(version) !== normaliseVersion(spec.version)) {
    throw new WheelError(
      'bad-metadata',
      `METADATA says version ${version}, but the wheel is ${spec.version}`,
    );
  }
  const licenses = new Set(spec.licenses?.map((input) => input.name));
  const missing = fieldValues(fields, 'License-File').filter((path) => !licenses.has(path));
  if (missing.length > 0) {
    throw new WheelError(
      'bad-metadata',
      `METADATA names license files that aren't there: ${missing.join(', ')}`,
      {
        hint: 'Hand them in as licenses, under the same paths (PEP 639).',
      },
    );
  }
}

/** A second dist-info folder at the top makes a wheel that no installer accepts. */
function refuseDistInfo({ name }: WheelInput): void {
  const [top = ''] = name.split('/');
  if (!top.toLowerCase().endsWith('.dist-info')) return;
  throw new WheelError('bad-input', `${name} lies in a dist-info folder, which is made by the writer`, {
    member: name,
    hint: 'Leave it out; licenses, SBOMs, METADATA and entry points are handed in by themselves.',
  });
}

function checkFileName(name: string): void {
  checkMemberName(name);
  if (name.endsWith('/')) {
    throw new WheelError('unsafe-name', `${name} is a folder's name; a wheel holds files`, { member: name });
  }
}

function generated(name: string, text: string): WheelInput {
  return { name, content: Buffer.from(text) };
}

function into(folder: string, input: WheelInput): WheelInput {
  // Checked by itself first: joined, an absolute name would look like a relative one.
  checkFileName(input.name);
  return { ...input, name: `${folder}/${input.name}`, executable: false };
}

/** In the order of UTF-8 bytes, which is the same everywhere. */
export function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return Buffer.compare(Buffer.from(a.name), Buffer.from(b.name));
}
