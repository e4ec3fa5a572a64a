import { availableParallelism } from 'node:os';
import { type ByteSource, readExactly } from '../byte-source.js';
import { quoted } from '../error.js';
import { FLAG_ENCRYPTED, METHOD_DEFLATE, METHOD_STORE } from '../zip/constants.js';
import { readLocalHeader } from '../zip/raw-header.js';
import { batchesOf, type ContentResult, type ContentTask, leastLength, readBatch } from './contents.js';
import { readDirectory } from './directory.js';
import { checkExtents, type Extent } from './extents.js';
import { checkCentralHeader, checkLocalHeader, type Member } from './headers.js';
import { checkNames } from './names.js';
import { checkDistInfoFiles } from './dist-info.js';
import { textReader } from './text-reader.js';
import type { Expected } from './record.js';
import { Findings, type Report, type WheelProblem } from './rule.js';

/** What is asked of a check. @public */
export interface VerifyOptions {
  /** The wheel's file name, which its contents are compared with; without it, those rules aren't checked. */
  readonly filename?: string;
  /** Members that are read at the same time; the number of processors and one if not given. */
  readonly concurrency?: number;
  readonly signal?: AbortSignal;
  /** Called with the content hashed so far and all of it, in bytes. */
  readonly onProgress?: (bytesDone: number, bytesTotal: number) => void;
  /** Reads members in another way than here: `verifyWheelFile` does it on threads of its own. @internal */
  readonly readContents?: ReadContents;
}

/** Reads all members, some together; `done` is called for each batch as it comes, in any order. @internal */
export type ReadContents = (
  batches: readonly (readonly ContentTask[])[],
  done: (batch: readonly ContentTask[], results: readonly ContentResult[]) => void,
  signal: AbortSignal | undefined,
) => Promise<void>;

/** What a wheel is like. @public */
export interface Verification {
  /** No problem was found. */
  readonly ok: boolean;
  /** Rules that the public index, an installer or the standard insists on. */
  readonly problems: readonly WheelProblem[];
  /** Recommendations that the wheel doesn't follow, and what only an upload to the public index would meet. */
  readonly advice: readonly WheelProblem[];
  /** Files in the archive. */
  readonly members: number;
}

/** What the public index takes without asking (100 MiB). */
const INDEX_LIMIT = 100 << 20;
/** The index refuses what expands more than this, above this much content. */
const BOMB = { ratio: 50, from: 64 << 20 };

/**
 * Checks a wheel against every rule of `RULES`, and lists all that it breaks: archive, names, METADATA, WHEEL,
 * RECORD, entry points, and the content of every member for its size, CRC and hash. Every byte of content is
 * inflated once, in bounded memory; what would inflate without end isn't.
 *
 * A wheel that breaks rules is a result. Throws `WheelError` only where the source fails (`io`,
 * `input-changed`) or for `aborted`.
 */
export async function verifyWheel(source: ByteSource, options: VerifyOptions = {}): Promise<Verification> {
  const findings = new Findings();
  const { report } = findings;
  const directory = await readDirectory(source, report);
  await checkNoTar(source, report);
  if (source.size > INDEX_LIMIT)
    report(
      'over-index-limit',
      null,
      `the wheel has ${source.size} bytes; the public index takes ${INDEX_LIMIT} unless asked for more`,
    );
  const members = (directory?.entries ?? []).map((header) => checkCentralHeader(header, report));
  checkNames(members, report);
  const start = directory?.start ?? 0;
  const readable = members.filter((member) => isReadable(member, start, report));
  const texts = textReader(source, readable, start, report);
  const { expected } = await checkDistInfoFiles({ members, filename: options.filename, texts, report });
  if (!isBomb(members, source.size, report)) {
    await checkContents(source, { members: readable, all: members.length, start, expected }, options, report);
  }
  const problems = findings.of('problem');
  const files = members.filter(({ folder }) => !folder).length;
  return { ok: problems.length === 0, problems, advice: findings.of('advice'), members: files };
}

/** Whether a member's bytes can be looked at: the rest is said, but not followed. */
function isReadable(member: Member, start: number, report: Report): boolean {
  const { name, offset, size, method, flags } = member;
  const end = offset + leastLength(member);
  if (!Number.isSafeInteger(end) || !Number.isSafeInteger(size) || end > start) {
    report(
      'out-of-bounds',
      name,
      `${quoted(name)} would take the bytes ${offset}..${end}, but the central directory starts at ${start}`,
    );
    return false;
  }
  return (flags & FLAG_ENCRYPTED) === 0 && (method === METHOD_STORE || method === METHOD_DEFLATE);
}

function isBomb(members: readonly Member[], archive: number, report: Report): boolean {
  const total = members.reduce((sum, { size }) => sum + size, 0);
  if (total <= BOMB.from || total / archive <= BOMB.ratio) return false;
  report(
    'expansion-bomb',
    null,
    `${archive} bytes would expand to ${total}, more than ${BOMB.ratio} times as much: nothing was inflated, no hash was checked`,
  );
  return true;
}

/** Python's tarfile takes a file for a tar archive whose first 512 bytes have the right checksum. */
async function checkNoTar(source: ByteSource, report: Report): Promise<void> {
  if (source.size < 512) return;
  const block = await readExactly(source, 0, 512);
  const digits = /^[\s\0]*([0-7]+)[\s\0]*$/.exec(
    Buffer.from(block.subarray(148, 156)).toString('latin1'),
  )?.[1];
  const sum = block.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  if (digits !== undefined && parseInt(digits, 8) === sum)
    report('also-a-tar', null, 'the file is a tar archive too: what it holds depends on who reads it');
}

interface Readable {
  readonly members: readonly Member[];
  /** How many members there are, with those that can't be read. */
  readonly all: number;
  readonly start: number;
  readonly expected: ReadonlyMap<string, Expected>;
}

async function checkContents(
  source: ByteSource,
  { members, all, start, expected }: Readable,
  options: VerifyOptions,
  report: Report,
): Promise<void> {
  const { signal, onProgress } = options;
  const extents: Extent[] = [];
  const total = members.reduce((sum, { size }) => sum + size, 0);
  let bytesDone = 0;
  const byTask = new Map<ContentTask, Member>(
    members.map((member) => [taskOf(member, start, expected), member]),
  );
  const judge = (task: ContentTask, result: ContentResult): void => {
    const member = byTask.get(task);
    if (member === undefined) return;
    bytesDone += member.size;
    judgeContent(member, result, expected.get(member.name), report);
    if (result.header !== undefined)
      extents.push({ member, end: member.offset + result.header.length + member.compressedSize });
  };
  const done = (batch: readonly ContentTask[], results: readonly ContentResult[]): void => {
    batch.forEach((task, index) => {
      judge(task, results[index] ?? {});
    });
    onProgress?.(bytesDone, total);
  };
  const read =
    options.readContents ?? readContentsHere(source, options.concurrency ?? availableParallelism() + 1);
  await read(batchesOf([...byTask.keys()]), done, signal);
  // Where one member's place isn't known, it isn't known either what lies between the others.
  if (extents.length === all) checkExtents(extents, start, report);
}

function judgeContent(
  member: Member,
  result: ContentResult,
  wanted: Expected | undefined,
  report: Report,
): void {
  const { name, size } = member;
  const { header, digest, flaw } = result;
  const local = header === undefined ? undefined : readLocalHeader(Buffer.from(header));
  if (local !== undefined) checkLocalHeader(member, local, report);
  if (flaw !== undefined) report(flaw.rule, name, flaw.message);
  if (wanted === undefined) return;
  if (wanted.size !== undefined && wanted.size !== size)
    report('record-size-mismatch', name, `${quoted(name)} has ${size} bytes, but ${wanted.size} in RECORD`);
  if (digest !== undefined && digest !== wanted.digest.replace(/=+$/, ''))
    report('record-hash-mismatch', name, `${quoted(name)} has not the ${wanted.algorithm} that RECORD says`);
}

function taskOf(member: Member, start: number, expected: ReadonlyMap<string, Expected>): ContentTask {
  const { name, method, crc32, size, compressedSize, offset } = member;
  const headerLength = leastLength(member) - compressedSize + 64;
  const algorithm = expected.get(name)?.algorithm ?? 'sha256';
  return { name, method, crc32, size, compressedSize, offset, headerLength, limit: start, algorithm };
}

/** Some batches at a time, the largest first, so that the last ones to end are small. */
function readContentsHere(source: ByteSource, concurrency: number): ReadContents {
  return async (batches, done, signal) => {
    const waiting = [...batches].reverse();
    const work = async (): Promise<void> => {
      for (let batch = waiting.pop(); batch !== undefined; batch = waiting.pop()) {
        done(batch, await readBatch(source, batch, { signal }));
      }
    };
    const workers = Array.from({ length: Math.max(1, Math.min(concurrency, batches.length)) }, work);
    const results = await Promise.allSettled(workers);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  };
}
