import { quoted } from '../error.js';
import { checkEntryPoints } from './entry-points.js';
import type { Member } from './headers.js';
import { checkMetadata } from './metadata.js';
import { checkDataFolders, checkDistInfo, checkFilename, checkOrder } from './names.js';
import { checkRecord, type Expected } from './record.js';
import type { Report, RuleId } from './rule.js';
import type { ReadText } from './text-reader.js';
import { checkWheelFile } from './wheel-file.js';

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
