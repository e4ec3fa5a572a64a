import { RandomAccessReader } from 'yauzl';
import type { ReadAhead } from './read-ahead.js';

type Callback = (error: Error | null, bytesRead?: number) => void;

/**
 * A `ByteSource` as yauzl wants to read it. yauzl asks for headers one by one: what was read ahead it gets at once,
 * since a promise for each of many thousand headers costs more than the headers.
 */
export class SourceReader extends RandomAccessReader {
  readonly #source: ReadAhead;

  constructor(source: ReadAhead) {
    super();
    this.#source = source;
  }

  override read(buffer: Buffer, offset: number, length: number, position: number, callback: Callback): void {
    const atHand = this.#source.peek(position, length);
    if (atHand !== undefined) {
      buffer.set(atHand, offset);
      callback(null, length);
      return;
    }
    this.#range(position, length).then(
      (bytes) => {
        buffer.set(bytes, offset);
        callback(null, bytes.length);
      },
      (error: unknown) => {
        callback(error as Error);
      },
    );
  }

  override close(callback: (error: Error | null) => void): void {
    // The source belongs to the caller of openWheel.
    callback(null);
  }

  /** What there is of a range: a position that a header made up may lie beyond the end. */
  async #range(position: number, length: number): Promise<Uint8Array> {
    const end = Math.min(position + length, this.#source.size);
    if (!Number.isSafeInteger(position) || position >= end) return new Uint8Array(0);
    return this.#source.read(position, end - position);
  }
}
