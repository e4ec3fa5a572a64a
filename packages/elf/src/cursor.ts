import { ElfError } from './error.js';

/** The two properties of `e_ident` that decide how every other structure is laid out. */
export interface Format {
  readonly class: 32 | 64;
  readonly endian: 'little' | 'big';
}

/** Reads numbers one after the other out of the bytes of one structure, never beyond them. */
export class Cursor {
  readonly #view: DataView;
  readonly #little: boolean;
  readonly #wide: boolean;
  readonly #structure: string;
  #at: number;

  constructor(bytes: Uint8Array, format: Format, structure: string, at = 0) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#little = format.endian === 'little';
    this.#wide = format.class === 64;
    this.#structure = structure;
    this.#at = at;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), this.#little);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), this.#little);
  }

  /**
   * A 64-bit number. Beyond 2^53 the last bits are lost, which no reader of offsets and sizes notices (no file is
   * that large, and each is compared with the file); addresses are checked where they are translated.
   */
  u64(): number {
    return Number(this.#view.getBigUint64(this.#take(8), this.#little));
  }

  /** An address, offset or size: as wide as the file's class. */
  word(): number {
    return this.#wide ? this.u64() : this.u32();
  }

  /** The same, exactly: for what is written again. */
  exactWord(): bigint {
    return this.#wide ? this.#view.getBigUint64(this.#take(8), this.#little) : BigInt(this.u32());
  }

  skip(count: number): this {
    this.#take(count);
    return this;
  }

  #take(count: number): number {
    const at = this.#at;
    if (at + count > this.#view.byteLength) {
      throw new ElfError('malformed', `${this.#structure} is only ${this.#view.byteLength} bytes long`, {
        structure: this.#structure,
        expected: `${count} more bytes from its byte ${at} on`,
      });
    }
    this.#at = at + count;
    return at;
  }
}
