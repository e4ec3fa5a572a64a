import { type ByteSource, checkRange, readExactly, readInto } from '../byte-source.js';

/** What is read at least: headers and the beginnings of small members lie close together. */
const WINDOW = 1 << 16;

/**
 * A source whose small reads come out of a window that slides over it: a source may be a bucket, where each request
 * costs a round trip, and a wheel has thousands of members. Large reads pass by the window.
 */
export class ReadAhead implements ByteSource {
  readonly size: number;
  readonly #source: ByteSource;
  readonly #window: Buffer;
  #start = 0;
  #length = 0;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(source: ByteSource) {
    this.#source = source;
    this.size = source.size;
    this.#window = Buffer.allocUnsafe(Math.min(WINDOW, source.size));
  }

  /** A range that is at hand, as a view that is good until the next read. */
  peek(offset: number, length: number): Uint8Array | undefined {
    const place = offset - this.#start;
    const isInside = place >= 0 && length >= 0 && place + length <= this.#length;
    return isInside ? this.#window.subarray(place, place + length) : undefined;
  }

  /** Throws as {@link readExactly} does. */
  async read(offset: number, length: number): Promise<Uint8Array> {
    checkRange(this.size, offset, length, 'the archive');
    if (length >= WINDOW) return readExactly(this.#source, offset, length);
    const atHand = this.peek(offset, length);
    return atHand === undefined ? this.#slide(offset, length) : Buffer.from(atHand);
  }

  async readInto(target: Uint8Array, offset: number): Promise<void> {
    checkRange(this.size, offset, target.length, 'the archive');
    await readInto(this.#source, target, offset);
  }

  /** Moves the window, one move after the other, and copies what was asked for. */
  #slide(offset: number, length: number): Promise<Uint8Array> {
    const moved = this.#queue.then(async () => {
      const bytes = this.#window.subarray(0, Math.min(WINDOW, this.size - offset));
      this.#length = 0; // Until the bytes are there, none of them are.
      await readInto(this.#source, bytes, offset);
      this.#start = offset;
      this.#length = bytes.length;
      return Buffer.from(bytes.subarray(0, length));
    });
    this.#queue = moved.catch(() => undefined);
    return moved;
  }
}
