import { ElfError } from './error.js';
import { MAX_TEXT_BYTES } from './limits.js';
import { decode, type StringTable } from './string-table.js';

/** A name that was asked for: its number among all, by which its text is had once the pass is over. */
export type Name = number;

/** More than there can be names; with a 32-bit index of a string table, both fit one double exactly. */
const NAMES = 1 << 20;
/** Stands for all names that are only looked at. */
const LOOK: Name = 0;

/**
 * The names that are wanted of one string table. Tables ask for theirs in any order, and `run` then reads each part
 * of the string table once, in ascending order.
 */
export class NamePass {
  /** `index * NAMES + name`, so that sorting needs neither objects nor a comparison function. */
  #keys = new Float64Array(1024);
  #count = 0;
  readonly #texts: string[] = [''];
  /** For names that are not symbols: how long they can be. */
  readonly #limits = new Map<Name, number>();

  /** Asks for the text at an index of the table. */
  want(index: number, limit?: number): Name {
    const name = this.#texts.push('') - 1;
    if (limit !== undefined) this.#limits.set(name, limit);
    this.#add(index * NAMES + name);
    return name;
  }

  /** Asks for a look at the bytes at an index of the table: most names need not become strings. */
  offer(index: number): void {
    this.#add(index * NAMES + LOOK);
  }

  text(name: Name): string {
    return this.#texts[name] ?? '';
  }

  /**
   * Reads all names that were asked for.
   *
   * @param look - sees the bytes of those that were offered
   * @throws ElfError what {@link StringTable} throws; `too-large` for more text than a file can reasonably have
   */
  async run(strings: StringTable, look: (bytes: Uint8Array) => void): Promise<void> {
    let left = MAX_TEXT_BYTES;
    let last = -1;
    for (const key of this.#keys.subarray(0, this.#count).sort()) {
      if (key === last) continue;
      last = key;
      const index = Math.floor(key / NAMES);
      const bytes = strings.peek(index) ?? (await strings.load(index));
      const name = key - index * NAMES;
      if (name === LOOK) {
        look(bytes);
        continue;
      }
      const limit = this.#limits.get(name);
      if (limit !== undefined && bytes.length > limit) throw strings.tooLong(index, limit);
      left -= bytes.length;
      if (left < 0)
        throw new ElfError('too-large', `there can't be more than ${MAX_TEXT_BYTES} bytes of names`);
      this.#texts[name] = decode(bytes);
    }
    this.#keys = new Float64Array();
    this.#count = 0;
  }

  #add(key: number): void {
    if (this.#count === this.#keys.length) {
      const keys = new Float64Array(this.#keys.length * 2);
      keys.set(this.#keys);
      this.#keys = keys;
    }
    this.#keys[this.#count++] = key;
  }
}
