import type { BoundedReader } from './bounded-reader.js';
import { ElfError } from './error.js';
import { MAX_SYMBOL_LENGTH } from './limits.js';

/** The most that is read at once. No string is longer. */
export const MAX_WINDOW = MAX_SYMBOL_LENGTH;

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
  /** The string that was found last, as indices of the window, its NUL included. */
  #from = 0;
  #to = -1;

  constructor(reader: BoundedReader, offset: number, size: number, structure: string) {
    this.#reader = reader;
    this.#offset = offset;
    this.#size = size;
    this.#structure = structure;
  }

  /** The bytes of a string up to its NUL if the window holds them: synchronous, for long lists of names. */
  peek(index: number): Uint8Array | undefined {
    const from = index - this.#start;
    if (from < 0 || from >= this.#window.length) return undefined;
    // A string that ends like the last one needs no search: a table whose names all overlap costs one pass, too.
    if (from < this.#from || from > this.#to) {
      const end = this.#window.indexOf(0, from);
      if (end === -1) return undefined;
      this.#from = from;
      this.#to = end;
    }
    return this.#window.subarray(from, this.#to);
  }

  /**
   * Moves the window to a string and gives its bytes.
   *
   * @param length - what to read, where it's known that no more is of use
   * @throws ElfError `malformed` for an index beyond the table or a string without end, `too-large` for one beyond
   * all reason
   */
  async load(index: number, length = MAX_WINDOW): Promise<Uint8Array> {
    if (index >= this.#size)
      throw this.#error('malformed', index, `there is index ${index}`, `one of its ${this.#size} bytes`);
    const rest = this.#size - index;
    this.#window = await this.#reader.read(this.#offset + index, Math.min(length, rest), this.#structure);
    this.#start = index;
    this.#from = 0;
    this.#to = -1;
    const found = this.peek(index);
    if (found !== undefined) return found;
    if (length < MAX_WINDOW && length < rest) return this.load(index);
    if (length >= rest) throw this.#error('malformed', index, 'the last string has no end', 'a NUL');
    throw this.tooLong(index, MAX_WINDOW, 'a name');
  }

  /** The error for names that take more than what they name ever needs. */
  tooLong(index: number, limit: number, what: string): ElfError {
    return this.#error('too-large', index, `${what} is longer`, `at most ${limit} bytes`);
  }

  #error(code: 'malformed' | 'too-large', index: number, found: string, expected: string): ElfError {
    return new ElfError(code, `${this.#structure}: ${found}`, {
      offset: this.#offset + index,
      structure: this.#structure,
      expected,
    });
  }
}

/** The text of a name's bytes. Bytes that are not UTF-8 become U+FFFD. */
export function decode(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
