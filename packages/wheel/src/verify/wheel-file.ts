import { quoted, WheelError } from '../error.js';
import type { WheelFilename } from '../filename.js';
import { fieldValues, parseHeaderFields } from '../header-fields.js';
import { expandTags } from '../tag.js';
import type { Report } from './rule.js';

const SINGLE = ['Wheel-Version', 'Root-Is-Purelib', 'Generator', 'Build'];
const TAG = /^[a-z0-9_]+(?:\.[a-z0-9_]+)*(?:-[a-z0-9_]+(?:\.[a-z0-9_]+)*){2}$/i;

/** Judges WHEEL (PyPA binary distribution format), also against the file name. */
export function checkWheelFile(
  text: string,
  { member, filename }: { readonly member: string; readonly filename: WheelFilename | undefined },
  report: Report,
): void {
  let fields;
  try {
    fields = parseHeaderFields(text, 'bad-wheel-file');
  } catch (error) {
    if (!(error instanceof WheelError)) throw error;
    report('wheel-file-syntax', member, `WHEEL: ${error.message}`);
    return;
  }
  for (const name of SINGLE) {
    const count = fieldValues(fields, name).length;
    if (count > 1) report('wheel-file-syntax', member, `WHEEL has ${count} ${name} fields`);
  }
  const one = (name: string): string | undefined => fieldValues(fields, name)[0];
  const version = one('Wheel-Version');
  if (version === undefined || !/^1\.\d+$/.test(version))
    report('wheel-version', member, `Wheel-Version is ${shown(version)}; installers know 1.x`);
  const purelib = one('Root-Is-Purelib');
  if (purelib === undefined || !/^(?:true|false)$/i.test(purelib))
    report('wheel-purelib', member, `Root-Is-Purelib is ${shown(purelib)}, neither true nor false`);
  const build = one('Build');
  if (filename !== undefined && build !== filename.build)
    report(
      'filename-build-mismatch',
      member,
      `WHEEL says build ${shown(build)}, the file name ${shown(filename.build)}`,
    );
  checkTags(fieldValues(fields, 'Tag'), { member, filename }, report);
}

function checkTags(
  tags: readonly string[],
  { member, filename }: { readonly member: string; readonly filename: WheelFilename | undefined },
  report: Report,
): void {
  if (tags.length === 0) report('wheel-tag-missing', member, 'WHEEL has no Tag lines');
  const wrong = tags.filter((tag) => !TAG.test(tag));
  for (const tag of wrong)
    report(
      'wheel-tag-syntax',
      member,
      `${quoted(tag)} is not a tag such as cp311-cp311-manylinux_2_17_x86_64`,
    );
  if (tags.length === 0 || wrong.length > 0) return;
  for (const tag of tags.filter((text) => text.includes('.')))
    report('wheel-tag-compressed', member, `the tag ${tag} should be one line for each combination`);
  if (filename === undefined) return;
  const inside = new Set(tags.flatMap(expanded));
  const named = new Set(expandTags(filename.tags));
  const difference = [
    ...[...named].filter((tag) => !inside.has(tag)).map((tag) => `${tag} only in the file name`),
    ...[...inside].filter((tag) => !named.has(tag)).map((tag) => `${tag} only in WHEEL`),
  ];
  if (difference.length > 0)
    report(
      'filename-tags-mismatch',
      member,
      `the tags differ: ${difference.slice(0, 6).join(', ')}${difference.length > 6 ? ' ...' : ''}`,
    );
}

function expanded(tag: string): string[] {
  const [python = '', abi = '', platform = ''] = tag.split('-');
  return python.split('.').length * abi.split('.').length * platform.split('.').length > 4096
    ? [tag]
    : expandTags({ python, abi, platform });
}

function shown(value: string | undefined): string {
  return value === undefined ? 'nothing' : quoted(value);
}
