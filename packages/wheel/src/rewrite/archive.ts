import { createHash } from 'node:crypto';
import { deflateRawSync, crc32 } from 'node:zlib';
import { type ByteSource, openFile } from '../byte-source.js';
import { WheelError } from '../error.js';
import { formatRecord, parseRecord, recordHash } from '../record.js';
import { readDirectory } from '../verify/directory.js';
import { checkCentralHeader, type Member } from '../verify/headers.js';
import { checkNames } from '../verify/names.js';
import { Findings } from '../verify/rule.js';
import { textReader } from '../verify/text-reader.js';
import { METHOD_DEFLATE, METHOD_STORE } from '../zip/constants.js';
import { type ArchiveEntry, centralHeader, endRecords, localHeader } from '../zip/header.js';
import { type CopyRange, planRewrite } from './plan.js';

/** A wheel's archive, read as far as a rewrite needs it: no content but the texts that are asked for. */
export interface OpenedArchive {
  readonly path: string;
  /** All its bytes, while it's open. */
  readonly source: ByteSource;
  readonly members: readonly Member[];
  /** Where the central directory starts. */
  readonly start: number;
  /** `pkg-1.0.dist-info` */
  readonly distInfo: string;
  /** A member as UTF-8 text. Throws `bad-archive` where it's not there or broken. */
  text(name: string): Promise<string>;
}

/**
 * Opens the archive of a wheel for `use`, strictly: whatever is wrong with its directory or its names is refused,
 * because a copy would keep it. Throws `bad-archive`, with every problem in its message.
 */
export async function withArchive<T>(path: string, use: (archive: OpenedArchive) => Promise<T>): Promise<T> {
  const source = await openFile(path);
  try {
    return await use(await openArchive(path, source));
  } finally {
    await source.close();
  }
}

async function openArchive(path: string, source: ByteSource): Promise<OpenedArchive> {
  const findings = new Findings();
  const directory = await readDirectory(source, findings.report);
  const members = (directory?.entries ?? []).map((header) => checkCentralHeader(header, findings.report));
  checkNames(members, findings.report);
  const folders = new Set(
    members.map(({ name }) => name.split('/')[0] ?? '').filter((top) => top.endsWith('.dist-info')),
  );
  const [distInfo] = folders;
  // A data descriptor is copied with its member: the index refuses it, but nobody reads it wrong.
  const problems = findings.of('problem').filter(({ rule }) => rule !== 'data-descriptor');
  if (problems.length > 0 || distInfo === undefined || folders.size !== 1) {
    const lines = problems.map(({ rule, message }) => `\n  ${rule}: ${message}`).join('');
    const reason = problems.length > 0 ? `:${lines}` : `: it has ${folders.size} dist-info folders`;
    throw new WheelError('bad-archive', `${path} is not an archive that can be rewritten${reason}`, {
      hint: 'Run `wheelwright verify` on it, or have it built anew.',
    });
  }
  const start = directory?.start ?? 0;
  const read = textReader(source, members, start, findings.report);
  const text = async (name: string): Promise<string> => {
    const content = await read(name, 'record-encoding');
    if (content !== undefined) return content;
    throw new WheelError('bad-archive', `${path}: ${name} is not there, or cannot be read as UTF-8`, {
      member: name,
    });
  };
  return { path, source, members, start, distInfo, text };
}

/** What is copied, and what follows it: the new texts, the central directory, the end records. */
export async function planned(
  archive: OpenedArchive,
  texts: ReadonlyMap<string, string>,
): Promise<{ readonly ranges: readonly CopyRange[]; readonly end: number; readonly tail: Buffer }> {
  const record = `${archive.distInfo}/RECORD`;
  const contents = new Map([...texts].map(([name, text]) => [name, Buffer.from(text)]));
  contents.set(record, Buffer.from(await adaptedRecord(archive, record, contents)));
  const replaced = archive.members.filter(({ name }) => contents.has(name));
  const names = new Set(replaced.map(({ name }) => name));
  const missing = [...contents.keys()].find((name) => !names.has(name));
  if (missing !== undefined)
    throw new WheelError('bad-archive', `${archive.path} has no ${missing}`, { member: missing });
  const plan = planRewrite(archive.members, archive.start, (entry) => names.has((entry as Member).name));
  const entries: Buffer[] = [];
  const tail: Buffer[] = [];
  let at = plan.end;
  // RECORD comes last of all.
  for (const member of replaced.toSorted((a, b) => Number(a.name === record) - Number(b.name === record))) {
    const { header, data, entry } = encoded(member, contents.get(member.name) ?? Buffer.alloc(0), at);
    tail.push(header, data);
    entries.push(centralHeader(entry));
    at += header.length + data.length;
  }
  const directory = [...plan.headers, ...entries];
  const size = directory.reduce((sum, header) => sum + header.length, 0);
  tail.push(...directory, endRecords({ count: directory.length, offset: at, size }));
  return { ranges: plan.ranges, end: plan.end, tail: Buffer.concat(tail) };
}

/** RECORD with the new hashes and sizes; all other rows stay as they are. */
async function adaptedRecord(
  archive: OpenedArchive,
  record: string,
  contents: ReadonlyMap<string, Buffer>,
): Promise<string> {
  const rows = parseRecord(await archive.text(record)).map((row) => {
    const content = contents.get(row.path);
    if (content === undefined) return row;
    const hash = recordHash(createHash('sha256').update(content).digest());
    return { path: row.path, hash, size: content.length };
  });
  return formatRecord(rows);
}

function encoded(
  member: Member,
  content: Buffer,
  offset: number,
): { header: Buffer; data: Buffer; entry: ArchiveEntry } {
  const deflated = deflateRawSync(content);
  const method = deflated.length < content.length ? METHOD_DEFLATE : METHOD_STORE;
  const data = method === METHOD_DEFLATE ? deflated : content;
  const entry: ArchiveEntry = {
    name: member.name,
    mode: member.mode & 0o777 || 0o644,
    method,
    modified: { time: member.bytes.readUInt16LE(12), date: member.bytes.readUInt16LE(14) },
    crc32: crc32(content),
    size: content.length,
    compressedSize: data.length,
    offset,
  };
  return { header: localHeader(entry), data, entry };
}
