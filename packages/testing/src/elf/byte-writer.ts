/** Writes numbers one after the other in the byte order and width of a file. */
export class ByteWriter {
  readonly #wide: boolean;
  readonly #little: boolean;
  readonly #bytes: number[] = [];

  constructor(format: { readonly class: 32 | 64; readonly endian: 'little' | 'big' }) {
    this.#wide = format.class === 64;
    this.#little = format.endian === 'little';
  }

  u8(value: number): this {
    return this.#write(value, 1);
  }

  u16(value: number): this {
    return this.#write(value, 2);
  }

  u32(value: number): this {
    return this.#write(value, 4);
  }

  /** An address, offset or size: as wide as the file's class. */
  word(value: number): this {
    return this.#write(value, this.#wide ? 8 : 4);
  }

  bytes(values: Iterable<number>): this {
    for (const value of values) this.#bytes.push(value);
    return this;
  }

  align(size: number): this {
    while (this.#bytes.length % size !== 0) this.#bytes.push(0);
    return this;
  }

  done(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }

  #write(value: number, size: number): this {
    for (let index = 0; index < size; index++) {
      const shift = this.#little ? index : size - 1 - index;
      this.#bytes.push(Math.floor(value / 2 ** (8 * shift)) % 256);
    }
    return this;
  }
}

/** Collects strings into a string table: each gets its place when it is first asked for. */
export class StringCollector {
  readonly #places = new Map<string, number>([['', 0]]);
  readonly #texts = [''];
  #size = 1;

  place(text: string): number {
    const known = this.#places.get(text);
    if (known !== undefined) return known;
    const place = this.#size;
    this.#texts.push(text);
    this.#size += Buffer.byteLength(text) + 1;
    this.#places.set(text, place);
    return place;
  }

  bytes(): Uint8Array {
    return new TextEncoder().encode(`${this.#texts.join('\0')}\0`);
  }
}
