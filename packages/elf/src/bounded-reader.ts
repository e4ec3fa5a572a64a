import type { ByteSource } from './byte-source.js';
import { ElfError } from './error.js';

const BLOCK = 16 * 1024;
const BLOCKS = 16;

/**
 * Reads from a byte source within its bounds. Small reads, of which ELF's linked tables need many, go through a
 * few cached blocks; large ones go straight to the source.
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

  /** Checks a range of the file before anything is allocated for it. */
  check(offset: number, length: number, structure: string): void {
    const end = offset + length;
    if (offset >= 0 && length >= 0 && end <= this.size) return;
    throw new ElfError(
      'truncated',
      `${structure} takes ${length} bytes at offset ${offset}, but the file ends at ${this.size}`,
      { offset, structure, hint: 'the file is damaged or was cut off: get it again from where it was made' },
    );
  }

  /** Reads exactly `length` bytes. The result may be a view of a cached block: it must not be written to. */
  async read(offset: number, length: number, structure: string): Promise<Uint8Array> {
    this.check(offset, length, structure);
    const first = Math.floor(offset / BLOCK);
    const inside = offset - first * BLOCK;
    if (inside + length <= BLOCK) return (await this.#block(first)).subarray(inside, inside + length);
    if (length >= BLOCK) return this.#fetch(offset, length, structure);
    const bytes = new Uint8Array(length);
    const head = (await this.#block(first)).subarray(inside);
    bytes.set(head);
    bytes.set((await this.#block(first + 1)).subarray(0, length - head.length), head.length);
    return bytes;
  }

  async #block(index: number): Promise<Uint8Array> {
    const offset = index * BLOCK;
    const cached = this.#blocks.get(index);
    const block = cached ?? (await this.#fetch(offset, Math.min(BLOCK, this.size - offset), 'a block'));
    this.#blocks.delete(index);
    this.#blocks.set(index, block);
    if (this.#blocks.size > BLOCKS) this.#blocks.delete(this.#blocks.keys().next().value ?? index);
    return block;
  }

  async #fetch(offset: number, length: number, structure: string): Promise<Uint8Array> {
    const bytes = await this.#source.read(offset, length);
    if (bytes.length === length) return bytes;
    throw new ElfError('short-read', `${structure}: the source gave ${bytes.length} of ${length} bytes`, {
      offset,
      structure,
    });
  }
}
