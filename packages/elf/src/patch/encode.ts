import type { Format } from '../cursor.js';
import { ElfError } from '../error.js';

/** Writes numbers one after the other into the bytes of one structure: what `Cursor` reads. */
export class Encoder {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #little: boolean;
  readonly #wide: boolean;
  #at = 0;

  constructor(size: number, format: Format) {
    this.bytes = new Uint8Array(size);
    this.#view = new DataView(this.bytes.buffer);
    this.#little = format.endian === 'little';
    this.#wide = format.class === 64;
  }

  u16(value: number): this {
    this.#view.setUint16(this.#take(2), value, this.#little);
    return this;
  }

  u32(value: number): this {
    this.#view.setUint32(this.#take(4), value, this.#little);
    return this;
  }

  /** An address, offset or size: as wide as the file's class. */
  word(value: number | bigint): this {
    const exact = BigInt(value);
    if (exact < 0n || exact >= 1n << (this.#wide ? 64n : 32n)) {
      throw new ElfError(
        'unpatchable',
        `0x${exact.toString(16)} doesn't fit into a word of the file's class`,
      );
    }
    if (this.#wide) this.#view.setBigUint64(this.#take(8), exact, this.#little);
    else this.#view.setUint32(this.#take(4), Number(exact), this.#little);
    return this;
  }

  #take(count: number): number {
    const at = this.#at;
    this.#at += count;
    return at;
  }
}

/** One 16-bit number, as the file's byte order has it. */
export function encodeU16(value: number, format: Format): Uint8Array {
  return new Encoder(2, format).u16(value).bytes;
}

/** One 32-bit number. */
export function encodeU32(value: number, format: Format): Uint8Array {
  return new Encoder(4, format).u32(value).bytes;
}

/** One address, offset or size. */
export function encodeWord(value: number | bigint, format: Format): Uint8Array {
  return new Encoder(format.class / 8, format).word(value).bytes;
}
