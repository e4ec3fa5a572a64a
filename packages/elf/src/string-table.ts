import type { BoundedReader } from './bounded-reader.js';
import { ElfError } from './error.js';
import { MAX_STRING_BYTES } from './limits.js';

/** What is read at once where names come in ascending order, and where one is read by itself. */
const WINDOW = 256 * 1024;
const SMALL_WINDOW = 4 * 1024;

/**
 * A string table (gABI, "String Table"), read through one window that slides over it: names in ascending order
 * cost one pass, whatever the table's size.
 */
export class StringTable {
  readonly #reader: BoundedReader;
  readonly #offset: number;
  readonly #size: number;
  readonly #structure: string;
  #window: Uint8Array = new Uint8Array();
  #start = 0;
  #bytesLeft = MAX_STRING_BYTES;

  constructor(reader: BoundedReader, offset: number, size: number, structure: string) {
    this.#reader = reader;
    this.#offset = offset;
    this.#size = size;
    this.#structure = structure;
  }

  /** The string at an index of the table. Bytes that are not UTF-8 become U+FFFD. */
  async read(index: number, limit: number): Promise<string> {
    return decode(this.peek(index) ?? (await this.load(index, limit)));
  }

  /** The bytes of a string up to its NUL if the window holds them: synchronous, for long lists of names. */
  peek(index: number): Uint8Array | undefined {
    if (index < this.#start) return undefined;
    const from = index - this.#start;
    const end = this.#window.indexOf(0, from);
    if (end === -1) return undefined;
    this.#bytesLeft -= end - from;
    if (this.#bytesLeft < 0) throw this.#error('too-large', index, 'its strings are more than can be read');
    return this.#window.subarray(from, end);
  }

  /**
   * Moves the window to a string and gives its bytes.
   *
   * @throws ElfError `malformed` for an index beyond the table or a string without end, `too-large` beyond `limit`
   */
  async load(index: number, limit: number): Promise<Uint8Array> {
    if (index >= this.#size)
      throw this.#error('malformed', index, `index ${index} is beyond its ${this.#size} bytes`);
    const rest = this.#size - index;
    const isNear = index >= this.#start && index <= this.#start + this.#window.length + WINDOW;
    for (let length = isNear ? WINDOW : SMALL_WINDOW; ; length *= 2) {
      this.#window = await this.#reader.read(this.#offset + index, Math.min(length, rest), this.#structure);
      this.#start = index;
      const found = this.peek(index);
      if (found !== undefined && found.length <= limit) return found;
      if (found === undefined && length >= rest)
        throw this.#error('malformed', index, 'the last string has no end');
      if (found !== undefined || length > limit) {
        throw this.#error('too-large', index, `a string is longer than ${limit} bytes`);
      }
    }
  }

  #error(code: 'malformed' | 'too-large', index: number, message: string): ElfError {
    return new ElfError(code, `${this.#structure}: ${message}`, {
      offset: this.#offset + index,
      structure: this.#structure,
    });
  }
}

/** The text of a name's bytes. */
export function decode(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
