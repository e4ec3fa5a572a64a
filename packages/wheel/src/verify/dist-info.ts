import type { ByteSource } from '../byte-source.js';
import { readExactly } from '../byte-source.js';
import { quoted, WheelError } from '../error.js';
import { memberChunks } from '../zip/inflate.js';
import { LOCAL_LENGTH, localHeaderLengthAt } from '../zip/raw-header.js';
import { checkEntryPoints } from './entry-points.js';
import type { Member } from './headers.js';
import { checkMetadata } from './metadata.js';
import { checkDataFolders, checkDistInfo, checkFilename, checkOrder } from './names.js';
import { checkRecord, type Expected } from './record.js';
import type { Report, RuleId } from './rule.js';
import { checkWheelFile } from './wheel-file.js';

/** The longest text that is read whole: RECORD of a million files. */
const LONGEST_TEXT = 128 << 20;

/** Gives a member's content as text, or reports why it can't be had. */
export type ReadText = (name: string, encodingRule: RuleId) => Promise<string | undefined>;

/** Reads texts out of the archive. What is wrong with the content itself is found when all contents are read. */
export function textReader(
  source: ByteSource,
  members: readonly Member[],
  start: number,
  report: Report,
): ReadText {
  const byName = new Map(members.map((member) => [member.name, member]));
  return async (name, encodingRule) => {
    const member = byName.get(name);
    if (member === undefined) return undefined;
    if (member.size > LONGEST_TEXT) {
      report(
        'file-too-large',
        name,
        `${quoted(name)} has ${member.size} bytes; at most ${LONGEST_TEXT} are read as text`,
      );
      return undefined;
    }
    const bytes = await readMember(source, member, start);
    if (bytes === undefined) return undefined;
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      report(encodingRule, name, `${quoted(name)} is not UTF-8`);
      return undefined;
    }
  };
}

async function readMember(archive: ByteSource, member: Member, start: number): Promise<Buffer | undefined> {
  const fixed = Buffer.from(await readExactly(archive, member.offset, LOCAL_LENGTH));
  const length = localHeaderLengthAt(fixed);
  if (length === undefined || member.offset + length + member.compressedSize > start) return undefined;
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of memberChunks({ ...member, archive, offset: member.offset + length }))
      chunks.push(chunk);
  } catch (error) {
    if (error instanceof WheelError && error.code !== 'io' && error.code !== 'input-changed')
      return undefined;
    throw error;
  }
  return Buffer.concat(chunks);
}

export interface DistInfoInput {
  readonly members: readonly Member[];
  readonly filename: string | undefined;
  readonly texts: ReadText;
  readonly report: Report;
}

/** Judges the file name and what the dist-info folder says; gives what RECORD asks of the contents. */
export async function checkDistInfoFiles(input: DistInfoInput): Promise<{ expected: Map<string, Expected> }> {
  const { members, texts, report } = input;
  const names = members.map(({ name }) => name);
  const files = new Set(members.filter(({ folder }) => !folder).map(({ name }) => name));
  const filename = input.filename === undefined ? undefined : checkFilename(input.filename, report);
  const distInfo = members.length === 0 ? undefined : checkDistInfo(names, filename, report);
  if (distInfo === undefined) return { expected: new Map() };
  checkOrder(names, distInfo, report);
  checkDataFolders([...files], distInfo, report);
  const at = (file: string): string => `${distInfo}/${file}`;
  const required = async (file: string, absent: RuleId, encoding: RuleId): Promise<string | undefined> => {
    if (!files.has(at(file))) report(absent, at(file), `there is no ${file} in ${distInfo}`);
    const text = await texts(at(file), encoding);
    // RECORD is CSV, where RFC 4180 and Python's writer end lines with CR LF.
    if (file !== 'RECORD' && text?.includes('\r') === true)
      report('line-endings', at(file), `${file} has CR line ends`);
    return text;
  };
  const metadata = await required('METADATA', 'metadata-missing', 'metadata-encoding');
  if (metadata !== undefined)
    checkMetadata(metadata, { member: at('METADATA'), filename, names: files }, report);
  const wheel = await required('WHEEL', 'wheel-file-missing', 'wheel-file-encoding');
  if (wheel !== undefined) checkWheelFile(wheel, { member: at('WHEEL'), filename }, report);
  const entryPoints = await texts(at('entry_points.txt'), 'entry-points-encoding');
  if (entryPoints !== undefined) checkEntryPoints(entryPoints, at('entry_points.txt'), report);
  await checkCarriedFiles(files, { at, texts, report });
  const record = await required('RECORD', 'record-missing', 'record-encoding');
  const expected =
    record === undefined
      ? new Map<string, Expected>()
      : checkRecord(record, { record: at('RECORD'), names: files }, report);
  return { expected };
}

/** Licenses (PEP 639), SBOMs (PEP 770) and the signatures that are gone (PEP 815). */
async function checkCarriedFiles(
  files: ReadonlySet<string>,
  { at, texts, report }: { at: (file: string) => string; texts: ReadText; report: Report },
): Promise<void> {
  for (const name of files) {
    if (name === at('RECORD.jws') || name === at('RECORD.p7s'))
      report(
        'record-signature',
        name,
        `${quoted(name)}: signatures in wheels are not in use any more (PEP 815)`,
      );
    else if (name.startsWith(at('licenses/'))) await texts(name, 'license-encoding');
    else if (name.startsWith(at('sboms/'))) {
      const text = await texts(name, 'sbom-not-json');
      if (text !== undefined && !/^\uFEFF?\s*[{[<]/.test(text) && !/^SPDXVersion:/m.test(text))
        report('sbom-not-json', name, `${quoted(name)} is neither JSON nor XML nor SPDX (PEP 770)`);
    }
  }
}
