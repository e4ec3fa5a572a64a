import { RandomAccessReader } from 'yauzl';
import { type ByteSource, readExactly } from '../byte-source.js';

type Callback = (error: Error | null, bytesRead?: number) => void;

/**
 * A `ByteSource` as yauzl wants to read it. yauzl asks for headers one by one; a source may be a bucket, where
 * each request costs a round trip, so more than was asked is read and kept for the next question.
 */
export class SourceReader extends RandomAccessReader {
  readonly #source: ByteSource;
  #window: { readonly start: number; readonly bytes: Uint8Array } | undefined;
  /** How much is read at least: much while the central directory is walked, little afterwards. */
  readAhead = 1 << 16;

  constructor(source: ByteSource) {
    super();
    this.#source = source;
  }

  override read(buffer: Buffer, offset: number, length: number, position: number, callback: Callback): void {
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
    const kept = this.#window;
    if (kept !== undefined && position >= kept.start && end <= kept.start + kept.bytes.length) {
      return kept.bytes.subarray(position - kept.start, end - kept.start);
    }
    const wanted = Math.min(Math.max(length, this.readAhead), this.#source.size - position);
    const bytes = await readExactly(this.#source, position, wanted);
    this.#window = { start: position, bytes };
    return bytes.subarray(0, end - position);
  }
}
