import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { crc32, inflateRaw, type ZlibOptions } from 'node:zlib';
import { type ByteSource, readExactly } from '../byte-source.js';
import { quoted, systemCode, WheelError } from '../error.js';
import { METHOD_STORE } from '../zip/constants.js';
import { type MemberData, memberChunks } from '../zip/inflate.js';
import { LOCAL_LENGTH, localHeaderLengthAt } from '../zip/raw-header.js';
import type { RuleId } from './rule.js';

/** A member whose content is to be read and hashed. Plain data: it also travels to another thread. */
export interface ContentTask {
  readonly name: string;
  readonly method: number;
  readonly crc32: number;
  readonly size: number;
  readonly compressedSize: number;
  /** Of the local header, and how long that is likely to be. */
  readonly offset: number;
  readonly headerLength: number;
  /** Up to where the member may reach. */
  readonly limit: number;
  /** As `createHash` knows it. */
  readonly algorithm: string;
}

/** What was read of a member. */
export interface ContentResult {
  /** The bytes of its local header; absent where none lies there. */
  readonly header?: Uint8Array;
  /** In RECORD's base64; absent where the content is broken. */
  readonly digest?: string;
  readonly flaw?: { readonly rule: RuleId; readonly message: string };
}

/** Members up to these lengths are read and inflated in one piece each. */
const SMALL = { compressed: 1 << 20, size: 4 << 20 };
/** Large ones are inflated on a thread of libuv's pool while this thread hashes what came before. */
const PACE = { chunk: 1 << 20, ahead: 4 << 20 };

const RULE_OF: Readonly<Record<string, RuleId>> = {
  'bad-archive': 'bad-deflate-stream',
  'size-mismatch': 'size-mismatch',
  'crc-mismatch': 'crc-mismatch',
};

/** How members are inflated: on libuv's threads, or at once where the thread has nothing else to do. */
export type InflateWhole = (data: Uint8Array, options: ZlibOptions) => InflatedWhole | Promise<InflatedWhole>;

/** What `inflateRaw` gives with the option `info`. */
export interface InflatedWhole {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

export interface ReadOptions {
  readonly inflate?: InflateWhole;
  readonly signal?: AbortSignal | undefined;
}

/** How much is read at once of small members that lie side by side. */
const LONGEST_BATCH = 1 << 20;

/** Puts small neighbours together, to be read at once; the batch with most work comes first. */
export function batchesOf(tasks: readonly ContentTask[]): ContentTask[][] {
  const batches: ContentTask[][] = [];
  let start = 0;
  for (const task of [...tasks].sort((a, b) => a.offset - b.offset)) {
    const batch = batches.at(-1);
    const end = task.offset + task.headerLength + task.compressedSize;
    const fits = isSmall(task) && batch?.every(isSmall) === true && end - start <= LONGEST_BATCH;
    if (fits) batch.push(task);
    else {
      batches.push([task]);
      start = task.offset;
    }
  }
  const work = (batch: readonly ContentTask[]): number => batch.reduce((sum, { size }) => sum + size, 0);
  return batches.sort((a, b) => work(b) - work(a));
}

function isSmall({ compressedSize, size }: ContentTask): boolean {
  return compressedSize <= SMALL.compressed && size <= SMALL.size;
}

/**
 * Reads members: their local headers, and their content for size, CRC and digest, in the same pass and never more
 * than they declare. What is wrong with one comes as a flaw; only the source's own errors are thrown, and `aborted`.
 */
export async function readBatch(
  source: ByteSource,
  tasks: readonly ContentTask[],
  options: ReadOptions = {},
): Promise<ContentResult[]> {
  const [first, last] = [tasks[0], tasks.at(-1)];
  if (first === undefined || last === undefined) return [];
  const whole = last.offset + last.headerLength + (isSmall(last) ? last.compressedSize : 0);
  const end = Math.min(whole, last.limit);
  const bytes = Buffer.from(await readExactly(source, first.offset, end - first.offset));
  const results: ContentResult[] = [];
  for (const task of tasks) {
    if (options.signal?.aborted === true) throw aborted(options.signal);
    results.push(await readContent(source, task, bytes.subarray(task.offset - first.offset), options));
  }
  return results;
}

/** One member, of which some first bytes are at hand. */
async function readContent(
  source: ByteSource,
  task: ContentTask,
  first: Buffer,
  { inflate = inflateOnThread, signal }: ReadOptions,
): Promise<ContentResult> {
  const { name, offset, compressedSize, limit } = task;
  const length = localHeaderLengthAt(first);
  if (length === undefined || offset + length + compressedSize > limit) {
    const found =
      length === undefined
        ? 'no local header lies there'
        : `its header of ${length} bytes leaves no room for its data`;
    const message = `${quoted(name)} should lie at ${offset}, but ${found}`;
    return { flaw: { rule: 'local-header-missing', message } };
  }
  const header =
    length <= first.length ? first.subarray(0, length) : await readExactly(source, offset, length);
  const data: MemberData = { ...task, archive: source, offset: offset + length };
  const end = length + compressedSize;
  try {
    if (isSmall(task) && end <= first.length)
      return {
        header,
        digest: await digestWhole(data, first.subarray(length, end), task.algorithm, inflate),
      };
    const hash = createHash(task.algorithm);
    for await (const chunk of memberChunks(data, isSmall(task) ? undefined : PACE)) {
      if (signal?.aborted === true) throw aborted(signal);
      hash.update(chunk);
    }
    return { header, digest: hash.digest('base64url') };
  } catch (error) {
    const rule = error instanceof WheelError ? RULE_OF[error.code] : undefined;
    if (rule === undefined || !(error instanceof WheelError)) throw error;
    return { header, flaw: { rule, message: error.message } };
  }
}

/** The error of a check that its caller stopped. */
export function aborted(signal: AbortSignal): WheelError {
  return new WheelError('aborted', 'the check was cancelled', { cause: signal.reason });
}

const inflateOnThread = promisify<Uint8Array, ZlibOptions, InflatedWhole>(inflateRaw as never);

/** The digest of a member whose data is at hand. */
async function digestWhole(
  member: MemberData,
  data: Buffer,
  algorithm: string,
  inflate: InflateWhole,
): Promise<string> {
  const { name, size } = member;
  const content = member.method === METHOD_STORE ? data : await inflated(member, data, inflate);
  if (content.length !== size)
    throw new WheelError(
      'size-mismatch',
      `${quoted(name)} has ${content.length} bytes, but ${size} are declared`,
    );
  if (crc32(content) !== member.crc32)
    throw new WheelError('crc-mismatch', `${quoted(name)} has not the CRC that is declared`);
  return createHash(algorithm).update(content).digest('base64url');
}

async function inflated(
  { name, size, compressedSize }: MemberData,
  data: Buffer,
  inflate: InflateWhole,
): Promise<Buffer> {
  try {
    const options = { info: true, maxOutputLength: Math.max(size, 1), chunkSize: Math.max(size, 64) };
    const { buffer, engine } = await inflate(data, options);
    if (engine.bytesWritten === compressedSize) return buffer;
    throw new WheelError(
      'size-mismatch',
      `${quoted(name)} ends after ${engine.bytesWritten} of its ${compressedSize} compressed bytes`,
    );
  } catch (error) {
    if (error instanceof WheelError) throw error;
    if (systemCode(error) === 'ERR_BUFFER_TOO_LARGE')
      throw new WheelError(
        'size-mismatch',
        `${quoted(name)} has more than the ${size} bytes that are declared`,
        { cause: error },
      );
    const reason = error instanceof Error ? error.message : String(error);
    throw new WheelError('bad-archive', `${quoted(name)} cannot be inflated: ${reason}`, { cause: error });
  }
}

/** The least room of a member, from what the central directory says of it. */
export function leastLength({
  nameBytes,
  compressedSize,
}: {
  nameBytes: Uint8Array;
  compressedSize: number;
}): number {
  return LOCAL_LENGTH + nameBytes.length + compressedSize;
}
