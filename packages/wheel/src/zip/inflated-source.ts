import { type ByteSource, checkRange } from '../byte-source.js';
import { quoted, WheelError } from '../error.js';
import { BlockCache } from './block-cache.js';
import { type MemberData, memberChunks } from './inflate.js';

const BLOCK = 1 << 18;
/** 4 MiB of the start, 4 MiB last asked for, 2 MiB last passed: 10 MiB for a member of any size. */
const KEPT = { first: 16, asked: 16, passed: 8 };

/**
 * A deflated member as a `ByteSource`. Deflate can only be read forwards, so going back behind what is kept
 * starts anew; a reader of ELF files goes back seldom and to places where it has been.
 * Reads are served one after another. `open` finds the member's data when the first read comes.
 */
export class InflatedSource implements ByteSource {
  readonly size: number;
  readonly #name: string;
  readonly #open: () => Promise<MemberData>;
  readonly #cache = new BlockCache(KEPT);
  #blocks: AsyncGenerator<Uint8Array, void, undefined> | undefined;
  #next = 0;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(name: string, size: number, open: () => Promise<MemberData>) {
    this.#name = name;
    this.size = size;
    this.#open = open;
  }

  read(offset: number, length: number): Promise<Uint8Array> {
    const result = this.#queue.then(() => this.#read(offset, length));
    this.#queue = result.catch(() => undefined);
    return result;
  }

  async #read(offset: number, length: number): Promise<Uint8Array> {
    checkRange(this.size, offset, length, this.#name);
    if (length === 0) return new Uint8Array(0);
    const first = Math.floor(offset / BLOCK);
    const last = Math.floor((offset + length - 1) / BLOCK);
    if (first === last) {
      const block = await this.#block(first);
      return block.slice(offset - first * BLOCK, offset - first * BLOCK + length);
    }
    const bytes = new Uint8Array(length);
    for (let index = first; index <= last; index += 1) {
      const start = index * BLOCK;
      const block = await this.#block(index);
      const from = Math.max(offset - start, 0);
      bytes.set(block.subarray(from, offset + length - start), start + from - offset);
    }
    return bytes;
  }

  async #block(index: number): Promise<Uint8Array> {
    const kept = this.#cache.get(index);
    if (kept !== undefined) return kept;
    const blocks = this.#blocks !== undefined && index >= this.#next ? this.#blocks : await this.#restart();
    try {
      for (let result = await blocks.next(); result.done !== true; result = await blocks.next()) {
        this.#cache.pass(this.#next, result.value);
        this.#next += 1;
        if (this.#next > index) return this.#cache.get(index) ?? result.value;
      }
    } catch (error) {
      this.#blocks = undefined;
      throw error;
    }
    // The chunks throw where they end too early, and ranges are checked: this end is never met.
    throw new WheelError('size-mismatch', `${quoted(this.#name)} ends before block ${index}`, {
      member: this.#name,
    });
  }

  async #restart(): Promise<AsyncGenerator<Uint8Array, void, undefined>> {
    await this.#blocks?.return();
    this.#blocks = inBlocks(memberChunks(await this.#open()), this.size);
    this.#next = 0;
    return this.#blocks;
  }
}

/** Cuts a stream of any chunks into blocks of one size, the last one as long as what is left. */
async function* inBlocks(
  chunks: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let left = size;
  let block = new Uint8Array(Math.min(BLOCK, left));
  let filled = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; ) {
      const taken = Math.min(chunk.length - at, block.length - filled);
      block.set(chunk.subarray(at, at + taken), filled);
      at += taken;
      filled += taken;
      if (filled < block.length) continue;
      left -= filled;
      // The last block waits until the stream has ended well: only then are size and CRC known to be right.
      if (left === 0) break;
      yield block;
      block = new Uint8Array(Math.min(BLOCK, left));
      filled = 0;
    }
  }
  if (size > 0) yield block;
}
