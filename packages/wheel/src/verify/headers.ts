import { quoted } from '../error.js';
import {
  EXTRA_ZIP64,
  FLAG_DATA_DESCRIPTOR,
  FLAG_ENCRYPTED,
  FLAGS_STRONG_ENCRYPTION,
  FLAG_UTF8,
  METHOD_DEFLATE,
  METHOD_STORE,
  MODE_FOLDER,
  MODE_REGULAR,
  MODE_SYMLINK,
  MODE_TYPE,
} from '../zip/constants.js';
import type { RawCentralHeader, RawHeader } from '../zip/raw-header.js';
import type { Report } from './rule.js';

/** Info-ZIP's Unicode path extra, which some readers prefer to the name. */
const EXTRA_UNICODE_PATH = 0x7075;
/** The lengths of a ZIP64 extra that the index takes. */
const ZIP64_LENGTHS = [0, 8, 16, 24, 28];

/** A member as the central directory describes it, under a name that messages can show. */
export interface Member extends RawCentralHeader {
  readonly name: string;
  readonly folder: boolean;
}

/** Judges one central header; gives the member, whatever is wrong with it. */
export function checkCentralHeader(header: RawCentralHeader, report: Report): Member {
  const name = memberName(header, report);
  const member = { ...header, name, folder: name.endsWith('/') };
  checkExtras(member, name, 'central', report);
  if (header.commentLength > 0)
    report('member-comment', name, `${quoted(name)} has a comment in the central directory`);
  if ((header.flags & (FLAG_ENCRYPTED | FLAGS_STRONG_ENCRYPTION)) !== 0)
    report('encrypted-member', name, `${quoted(name)} is encrypted`);
  if ((header.flags & FLAG_DATA_DESCRIPTOR) !== 0)
    report(
      'data-descriptor',
      name,
      `${quoted(name)} has its sizes behind its data (general-purpose bit 3), which the public index refuses`,
    );
  if (header.method !== METHOD_STORE && header.method !== METHOD_DEFLATE)
    report(
      'unsupported-method',
      name,
      `${quoted(name)} is compressed by method ${header.method}; installers know stored (0) and deflated (8)`,
    );
  if (header.method === METHOD_STORE && header.size !== header.compressedSize)
    report(
      'size-mismatch',
      name,
      `${quoted(name)} is stored, but its sizes differ: ${header.compressedSize} and ${header.size}`,
    );
  checkKind(member, report);
  return member;
}

function memberName({ nameBytes, flags }: RawCentralHeader, report: Report): string {
  let name: string;
  try {
    name = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(nameBytes);
  } catch {
    name = nameBytes.toString('latin1');
    report('name-encoding', name, `the name ${quoted(name)} is not UTF-8`);
    return name;
  }
  if ((flags & FLAG_UTF8) === 0 && name.length !== nameBytes.length)
    report(
      'name-encoding',
      name,
      `the name ${quoted(name)} is not ASCII, and not flagged as UTF-8 (general-purpose bit 11)`,
    );
  return name;
}

function checkKind({ name, mode, folder, size }: Member, report: Report): void {
  const type = mode & MODE_TYPE;
  if (type === MODE_SYMLINK)
    report(
      'symbolic-link',
      name,
      `${quoted(name)} is a symbolic link; installers write it as a text file, or refuse the wheel`,
    );
  else if (type !== 0 && type !== (folder ? MODE_FOLDER : MODE_REGULAR))
    report(
      'special-file',
      name,
      `${quoted(name)} is a file of type 0o${type.toString(8)}, not a regular one`,
    );
  if (!folder) return;
  if (size !== 0) report('size-mismatch', name, `${quoted(name)} is a folder, but has ${size} bytes`);
}

/** What a local header must not be, and where it must say the same as the central one. */
export function checkLocalHeader(member: Member, local: RawHeader, report: Report): void {
  const { name } = member;
  checkExtras(local, name, 'local', report);
  const zip64 = local.extra.find(({ id }) => id === EXTRA_ZIP64)?.data.length;
  if (zip64 === 8 && local.method !== METHOD_STORE)
    report(
      'zip64-extra-form',
      name,
      `the local ZIP64 extra of ${quoted(name)} holds one size only, though it is compressed`,
    );
  const differ: string[] = [];
  if (!local.nameBytes.equals(member.nameBytes)) differ.push(`name (${quoted(local.nameBytes.toString())})`);
  if (local.method !== member.method) differ.push(`method (${local.method}, ${member.method})`);
  if (((local.flags ^ member.flags) & (FLAG_ENCRYPTED | FLAG_UTF8)) !== 0) differ.push('flags');
  if ((local.flags & FLAG_DATA_DESCRIPTOR) !== 0) {
    if ((member.flags & FLAG_DATA_DESCRIPTOR) === 0)
      report(
        'data-descriptor',
        name,
        `the local header of ${quoted(name)} leaves its sizes to a data descriptor`,
      );
  } else {
    if (local.crc32 !== member.crc32) differ.push('CRC');
    if (local.size !== member.size) differ.push(`size (${local.size}, ${member.size})`);
    if (local.compressedSize !== member.compressedSize)
      differ.push(`compressed size (${local.compressedSize}, ${member.compressedSize})`);
  }
  if (differ.length > 0)
    report(
      'header-mismatch',
      name,
      `the local header of ${quoted(name)} and the central directory differ in ${differ.join(', ')}`,
    );
}

function checkExtras(header: RawHeader, name: string, which: 'local' | 'central', report: Report): void {
  const place = `the ${which} header of ${quoted(name)}`;
  if (header.extraCut) report('malformed-extra', name, `an extra field in ${place} is cut short`);
  for (const field of header.missing)
    report('zip64-extra-missing', name, `${place} leaves its ${field} to a ZIP64 extra that doesn't hold it`);
  for (const [id, what] of [
    [EXTRA_ZIP64, 'ZIP64'],
    [EXTRA_UNICODE_PATH, 'Unicode path'],
  ] as const) {
    const [first, second] = header.extra.filter((field) => field.id === id);
    if (second !== undefined) report('duplicate-extra', name, `${place} has two ${what} extras`);
    if (first === undefined) continue;
    if (id === EXTRA_ZIP64 && !ZIP64_LENGTHS.includes(first.data.length))
      report('malformed-extra', name, `${place} has a ZIP64 extra of ${first.data.length} bytes`);
    if (id === EXTRA_UNICODE_PATH && !first.data.subarray(5).equals(header.nameBytes))
      report('unicode-path-mismatch', name, `${place} has another name in its Unicode path extra`);
  }
}
