import type { ByteSource } from './byte-source.js';
import type { FileRange } from './elf-file.js';
import { ElfError } from './error.js';

/** What is read at least: small enough for any source, so large that it holds all tables of most libraries. */
const BLOCK = 64 * 1024;
/** Blocks that are kept: 2 MiB. */
const KEPT = 32;
/** Blocks that one prefetch brings at most: others that are kept survive it. */
const PREFETCHED = KEPT / 2;

/**
 * Reads from a byte source within its bounds, in whole blocks of which the last used ones are kept: ELF's tables are
 * small, linked, and lie beside one another, so that what one of them shares with the next is not fetched again.
 */
export class BoundedReader {
  readonly #source: ByteSource;
  /** The most recently used blocks, oldest first. */
  readonly #blocks = new Map<number, Uint8Array>();

  constructor(source: ByteSource) {
    this.#source = source;
  }

  get size(): number {
    return this.#source.size;
  }

  /** Checks a range of the file before anything is allocated for it. One without bytes may be said to be anywhere. */
  check(offset: number, length: number, structure: string): void {
    const end = offset + length;
    if (length === 0 || (offset >= 0 && length > 0 && end <= this.size)) return;
    throw new ElfError(
      'truncated',
      `${structure} takes ${length} bytes at offset ${offset}, but the file ends at ${this.size}`,
      { offset, structure, expected: `a file of at least ${end} bytes` },
    );
  }

  /** Reads exactly `length` bytes. The result may be a view of a kept block: it must not be written to. */
  async read(offset: number, length: number, structure: string): Promise<Uint8Array> {
    this.check(offset, length, structure);
    if (length === 0) return new Uint8Array();
    const first = Math.floor(offset / BLOCK);
    const last = Math.floor((offset + length - 1) / BLOCK);
    const from = offset - first * BLOCK;
    if (first === last) return (await this.#block(first, structure)).subarray(from, from + length);
    if (this.#missing(first, last + 1) > last) {
      const run = await this.#fetch(first, last + 1, structure);
      this.#keepEdges(first, run);
      return run.subarray(from, from + length);
    }
    const bytes = new Uint8Array(length);
    for (let index = first; index <= last; ) {
      const end = this.#missing(index, last + 1);
      const run =
        end === index ? await this.#block(index, structure) : await this.#fetch(index, end, structure);
      if (end > index) this.#keepEdges(index, run);
      const place = index * BLOCK - offset;
      bytes.set(run.subarray(Math.max(-place, 0), length - place), Math.max(place, 0));
      index = Math.max(end, index + 1);
    }
    return bytes;
  }

  /**
   * Fetches ranges that will be wanted, in the order of the file and neighbours in one read: a source that can only
   * go forward passes over them once. What is too much to keep, or beyond the end, is left to whoever reads it.
   */
  async prefetch(ranges: readonly FileRange[]): Promise<void> {
    const wanted = new Set<number>();
    for (const { offset, size } of ranges) {
      const end = Math.min(offset + size, this.size);
      for (let index = Math.floor(offset / BLOCK); index * BLOCK < end; index++) {
        if (!this.#blocks.has(index)) wanted.add(index);
        if (wanted.size > PREFETCHED) return;
      }
    }
    const indices = [...wanted].sort((one, other) => one - other);
    for (let at = 0; at < indices.length; ) {
      const first = indices[at] ?? 0;
      let count = 1;
      while (indices[at + count] === first + count) count++;
      const run = await this.#fetch(first, first + count, 'the tables');
      for (let block = 0; block < count; block++) {
        this.#keep(first + block, run.subarray(block * BLOCK, (block + 1) * BLOCK));
      }
      at += count;
    }
  }

  /** The end of the run of blocks from `first` on that are not at hand. */
  #missing(first: number, limit: number): number {
    let end = first;
    while (end < limit && !this.#blocks.has(end)) end++;
    return end;
  }

  async #block(index: number, structure: string): Promise<Uint8Array> {
    const block = this.#blocks.get(index) ?? (await this.#fetch(index, index + 1, structure));
    this.#keep(index, block);
    return block;
  }

  #keep(index: number, block: Uint8Array): void {
    this.#blocks.delete(index);
    this.#blocks.set(index, block);
    if (this.#blocks.size > KEPT) this.#blocks.delete(this.#blocks.keys().next().value ?? index);
  }

  /** Keeps what a large range may share with its neighbours, as copies: a view would hold the whole of it. */
  #keepEdges(first: number, run: Uint8Array): void {
    const last = Math.ceil(run.length / BLOCK) - 1;
    this.#keep(first, run.slice(0, BLOCK));
    if (last > 0) this.#keep(first + last, run.slice(last * BLOCK));
  }

  /** Reads the blocks from `first` up to `end` at once. */
  async #fetch(first: number, end: number, structure: string): Promise<Uint8Array> {
    const offset = first * BLOCK;
    const length = Math.min(end * BLOCK, this.size) - offset;
    const bytes = await this.#source.read(offset, length);
    if (bytes.length === length) return bytes;
    throw new ElfError('short-read', `${structure}: the source gave ${bytes.length} bytes`, {
      offset,
      structure,
      expected: `${length} bytes, as its size promises`,
    });
  }
}
