import { type ByteSource, readExactly } from '../byte-source.js';
import { quoted, WheelError } from '../error.js';
import { memberChunks } from '../zip/inflate.js';
import { LOCAL_LENGTH, localHeaderLengthAt } from '../zip/raw-header.js';
import type { Member } from './headers.js';
import type { Report, RuleId } from './rule.js';

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
