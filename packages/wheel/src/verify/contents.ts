import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { crc32, type InputType, inflateRaw, type ZlibOptions } from 'node:zlib';
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

/**
 * Reads one member: its local header, and its content for size, CRC and digest, in the same pass and never more
 * than it declares. What is wrong with it comes as a flaw; only the source's own errors are thrown.
 */
export async function readContent(
  source: ByteSource,
  task: ContentTask,
  signal?: AbortSignal,
): Promise<ContentResult> {
  const { name, offset, compressedSize, limit } = task;
  const small = compressedSize <= SMALL.compressed && task.size <= SMALL.size;
  const wanted = task.headerLength + (small ? compressedSize : 0);
  const first = Buffer.from(await readExactly(source, offset, Math.min(wanted, limit - offset)));
  const length = localHeaderLengthAt(first);
  if (length === undefined || offset + length + compressedSize > limit) {
    const found =
      length === undefined
        ? 'no local header lies there'
        : `its header of ${length} bytes leaves no room for its data`;
    return {
      flaw: {
        rule: 'local-header-missing',
        message: `${quoted(name)} should lie at ${offset}, but ${found}`,
      },
    };
  }
  const header =
    length <= first.length ? first.subarray(0, length) : await readExactly(source, offset, length);
  const data: MemberData = { ...task, archive: source, offset: offset + length };
  try {
    const end = length + compressedSize;
    if (small && end <= first.length)
      return { header, digest: await digestWhole(data, first.subarray(length, end), task.algorithm) };
    const hash = createHash(task.algorithm);
    for await (const chunk of memberChunks(data, small ? undefined : PACE)) {
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

const inflateWhole = promisify<InputType, ZlibOptions, { buffer: Buffer; engine: { bytesWritten: number } }>(
  inflateRaw as never,
);

/** The same for a member at hand: one trip to the thread pool. */
async function digestWhole(member: MemberData, data: Buffer, algorithm: string): Promise<string> {
  const { name, size } = member;
  const content = member.method === METHOD_STORE ? data : await inflated(member, data);
  if (content.length !== size)
    throw new WheelError(
      'size-mismatch',
      `${quoted(name)} has ${content.length} bytes, but ${size} are declared`,
    );
  if (crc32(content) !== member.crc32)
    throw new WheelError('crc-mismatch', `${quoted(name)} has not the CRC that is declared`);
  return createHash(algorithm).update(content).digest('base64url');
}

async function inflated({ name, size, compressedSize }: MemberData, data: Buffer): Promise<Buffer> {
  try {
    const options = { info: true, maxOutputLength: Math.max(size, 1), chunkSize: Math.max(size, 64) };
    const { buffer, engine } = await inflateWhole(data, options);
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
