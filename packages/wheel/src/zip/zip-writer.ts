import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { quoted, WheelError } from '../error.js';
import { BLOCK_SIZE, BlockMemory, type TakeBlock } from './block-memory.js';
import { METHOD_DEFLATE, METHOD_STORE } from './constants.js';
import { deflateBlock, dictionaryOf } from './deflate.js';
import {
  type ArchiveEntry,
  centralHeader,
  type DosTime,
  endRecords,
  localHeader,
  localHeaderLength,
} from './header.js';
import { isIncompressible } from './incompressible.js';
import { storedBlocks } from './stored-blocks.js';

/**
 * A member to write. `blocks` gives exactly `size` bytes in blocks of `BLOCK_SIZE`, the last one shorter. What it reads
 * into memory of `take` may be overwritten when all of the block has been written.
 */
export interface ZipInput {
  readonly name: string;
  readonly mode: number;
  readonly size: number;
  blocks(take?: TakeBlock): AsyncIterable<Uint8Array>;
}

/** Where the archive goes: a file that's written at positions. */
export interface ZipOutput {
  /** One at a time. What is written may be held back until `flush`. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  truncate(length: number): Promise<void>;
  flush(): Promise<void>;
}

export interface ZipWriterOptions {
  readonly level: number;
  /** How many blocks are deflated at the same time. */
  readonly concurrency: number;
  readonly modified: DosTime;
  /** Called before each block; throws to stop. */
  readonly proceed: () => void;
  /** Told how many bytes of content have been written since the last call. */
  readonly progress: (bytes: number) => void;
  /** Members that are in the output already: their central headers, and where they end. */
  readonly kept?: { readonly headers: readonly Buffer[]; readonly end: number };
}

/** Small blocks count for more than they are: a stream of zlib takes half a MiB while it's at work. */
const LEAST_ROOM = BLOCK_SIZE / 4;
const roomOf = ({ length }: Uint8Array): number => Math.max(length, LEAST_ROOM);

/** A member between the reading of its first block and the writing of its header. */
interface OpenMember {
  readonly input: ZipInput;
  readonly headerLength: number;
  sha256: string;
  crc32: number;
  offset: number;
  compressedSize: number;
  method: number;
}

interface Job {
  readonly member: OpenMember;
  readonly block: Uint8Array;
  readonly deflated: Promise<Uint8Array>;
  readonly last: boolean;
}

/**
 * Writes a ZIP archive without data descriptors (docs/decisions/0002-own-zip-writer.md). Blocks of all members
 * pass through one queue: read and hashed in order, deflated side by side, written in order. A local header is
 * written after its data, into room left for it, because only then size and CRC are known.
 */
export class ZipWriter {
  readonly #output: ZipOutput;
  readonly #options: ZipWriterOptions;
  readonly #queue: Job[] = [];
  readonly #memory = new BlockMemory();
  /** The room that the queue takes. */
  #inFlight = 0;
  readonly #entries: ArchiveEntry[] = [];
  #end: number;

  constructor(output: ZipOutput, options: ZipWriterOptions) {
    this.#output = output;
    this.#options = options;
    this.#end = options.kept?.end ?? 0;
  }

  /** Reads a member's content once and queues it. Gives its sha256; it's on disk after `finish`. */
  async add(input: ZipInput): Promise<Buffer> {
    const method = this.#options.level === 0 || input.size === 0 ? METHOD_STORE : METHOD_DEFLATE;
    const member: OpenMember = {
      input,
      headerLength: localHeaderLength(input.name, input.size),
      method,
      sha256: '',
      crc32: 0,
      offset: 0,
      compressedSize: 0,
    };
    const hash = createHash('sha256');
    let dictionary: Uint8Array | undefined;
    let done = 0;
    for await (const block of oneAhead(input.blocks(this.#memory.take))) {
      this.#options.proceed();
      hash.update(block);
      member.crc32 = crc32(block, member.crc32);
      done += block.length;
      await this.#push(member, block, dictionary, done === input.size);
      dictionary = dictionaryOf(block);
    }
    if (input.size === 0) await this.#push(member, new Uint8Array(0), undefined, true);
    const sha256 = hash.digest();
    member.sha256 = sha256.toString('hex');
    return sha256;
  }

  /** Writes what is queued, the central directory and the end records. Gives the archive's length. */
  async finish(): Promise<number> {
    while (this.#queue.length > 0) await this.#writeNext();
    const headers = [...(this.#options.kept?.headers ?? []), ...this.#entries.map(centralHeader)];
    const size = headers.reduce((sum, header) => sum + header.length, 0);
    const end = endRecords({ count: headers.length, offset: this.#end, size });
    await this.#output.write(Buffer.concat([...headers, end]), this.#end);
    await this.#output.flush();
    return this.#end + size + end.length;
  }

  /** After an error: waits until no thread works for this archive any more. */
  async abandon(): Promise<void> {
    await Promise.allSettled(this.#queue.map((job) => job.deflated));
  }

  async #push(
    member: OpenMember,
    block: Uint8Array,
    dictionary: Uint8Array | undefined,
    last: boolean,
  ): Promise<void> {
    const most = this.#options.concurrency * BLOCK_SIZE;
    while (this.#queue.length > 0 && this.#inFlight + roomOf(block) > most) await this.#writeNext();
    this.#inFlight += roomOf(block);
    const deflated = this.#encoded(member, block, dictionary, last);
    // A failure is met when the job's turn comes; until then it must not count as unhandled.
    deflated.catch(() => undefined);
    this.#queue.push({ member, block, deflated, last });
  }

  async #encoded(
    { method }: OpenMember,
    block: Uint8Array,
    dictionary: Uint8Array | undefined,
    last: boolean,
  ): Promise<Uint8Array> {
    if (method === METHOD_STORE) return block;
    if (isIncompressible(block)) return storedBlocks(block, last);
    return deflateBlock(block, { level: this.#options.level, dictionary, last });
  }

  async #writeNext(): Promise<void> {
    const job = this.#queue[0];
    if (job === undefined) return;
    const bytes = await job.deflated;
    this.#queue.shift();
    this.#inFlight -= roomOf(job.block);
    const first = job.member.compressedSize === 0;
    if (first) job.member.offset = this.#end;
    if (first && job.last) await this.#writeWhole(job, bytes);
    else await this.#writePart(job, bytes);
    this.#memory.giveBack(job.block);
    this.#options.progress(job.block.length);
  }

  /** A member of one block: what is shorter is known, and header and data are written at once. */
  async #writeWhole({ member, block }: Job, deflated: Uint8Array): Promise<void> {
    if (deflated.length >= block.length) member.method = METHOD_STORE;
    const data = member.method === METHOD_STORE ? block : deflated;
    member.compressedSize = data.length;
    const entry = this.#entryOf(member);
    await this.#output.write(Buffer.concat([localHeader(entry), data]), member.offset);
    this.#close(member, entry);
  }

  async #writePart({ member, last }: Job, bytes: Uint8Array): Promise<void> {
    await this.#output.write(bytes, dataOffset(member) + member.compressedSize);
    member.compressedSize += bytes.length;
    if (!last) return;
    if (member.method === METHOD_DEFLATE && member.compressedSize >= member.input.size)
      await this.#storeInstead(member);
    const entry = this.#entryOf(member);
    await this.#output.write(localHeader(entry), member.offset);
    this.#close(member, entry);
  }

  /** Deflate made it longer: the content is read again over what was written. This is rare, and seldom large. */
  async #storeInstead(member: OpenMember): Promise<void> {
    const hash = createHash('sha256');
    let position = dataOffset(member);
    for await (const block of member.input.blocks(this.#memory.take)) {
      this.#options.proceed();
      hash.update(block);
      await this.#output.write(block, position);
      this.#memory.giveBack(block);
      position += block.length;
    }
    if (hash.digest('hex') !== member.sha256) {
      throw new WheelError('input-changed', `${quoted(member.input.name)} changed while it was read`, {
        member: member.input.name,
      });
    }
    await this.#output.truncate(position);
    member.method = METHOD_STORE;
    member.compressedSize = member.input.size;
  }

  #entryOf({ input, method, crc32: crc, offset, compressedSize }: OpenMember): ArchiveEntry {
    const { name, mode, size } = input;
    return { name, mode, method, modified: this.#options.modified, crc32: crc, size, compressedSize, offset };
  }

  #close(member: OpenMember, entry: ArchiveEntry): void {
    this.#entries.push(entry);
    this.#end = dataOffset(member) + member.compressedSize;
  }
}

/** The same blocks; while one is hashed the next one is read. */
async function* oneAhead(blocks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const iterator = blocks[Symbol.asyncIterator]();
  let next = iterator.next();
  try {
    for (let result = await next; result.done !== true; result = await next) {
      next = iterator.next();
      // A failure is met when the block's turn comes; until then it must not count as unhandled.
      next.catch(() => undefined);
      yield result.value;
    }
  } finally {
    await iterator.return?.();
  }
}

function dataOffset({ offset, headerLength }: OpenMember): number {
  return offset + headerLength;
}
