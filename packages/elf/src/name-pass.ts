import { MAX_TEXT_BYTES } from './limits.js';
import { decode, MAX_WINDOW, type StringTable } from './string-table.js';

/** A name that was asked for: its number among all, by which its text is had once the pass is over. */
export type Name = number;

/** More than there can be names; with a 32-bit index of a string table, both fit one double exactly. */
const NAMES = 1 << 20;
/** What lies between two names is read along with them if it's less than this, else passed over. */
const GAP = 128 * 1024;
/** What is read behind the beginning of a name: enough for most. */
const USUAL_NAME = 1024;
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

  /** Asks for a look at the bytes at indices of the table: most names need not become strings. */
  offerAll(indices: Uint32Array): void {
    this.#reserve(indices.length);
    for (const index of indices) this.#add(index * NAMES + LOOK);
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
    const keys = this.#keys.subarray(0, this.#count).sort();
    for (let at = 0; at < keys.length; at++) {
      const key = keys[at] ?? 0;
      if (key === keys[at - 1]) continue;
      const index = Math.floor(key / NAMES);
      const bytes = strings.peek(index) ?? (await strings.load(index, usefulLength(keys, at)));
      const name = key - index * NAMES;
      if (name === LOOK) {
        look(bytes);
        continue;
      }
      const limit = this.#limits.get(name);
      if (limit !== undefined && bytes.length > limit) throw strings.tooLong(index, limit, 'a name');
      left -= bytes.length;
      if (left < 0) throw strings.tooLong(index, MAX_TEXT_BYTES, 'the text of all names');
      this.#texts[name] = decode(bytes);
    }
    this.#keys = new Float64Array(1024);
    this.#count = 0;
  }

  #add(key: number): void {
    if (this.#count === this.#keys.length) this.#reserve(this.#count);
    this.#keys[this.#count++] = key;
  }

  #reserve(more: number): void {
    if (this.#count + more <= this.#keys.length) return;
    const keys = new Float64Array(this.#count + more);
    keys.set(this.#keys.subarray(0, this.#count));
    this.#keys = keys;
  }
}

/** How far to read from a name on: over all that follow without a large gap. */
function usefulLength(keys: Float64Array, at: number): number {
  const first = Math.floor((keys[at] ?? 0) / NAMES);
  let last = first;
  for (let next = at + 1; next < keys.length; next++) {
    const index = Math.floor((keys[next] ?? 0) / NAMES);
    if (index - last > GAP || index - first >= MAX_WINDOW) break;
    last = index;
  }
  return Math.min(last - first + USUAL_NAME, MAX_WINDOW);
}
