import { crc32, createInflateRaw, type InflateRaw } from 'node:zlib';
import { readInto } from '../byte-source.js';
import { crcMismatch, inflateError, leftOver, type MemberData, sizeMismatch } from './inflate.js';

/** Compressed bytes that are read at once, while those before are being inflated. */
const PIECE = 1 << 20;
/** What a chunk holds at most: each one costs a trip to the thread pool and back, which is little beside 4 MiB. */
const CHUNK = 1 << 22;

/** Told each chunk of a member as it comes by; what it doesn't keep is gone. */
export type Pass = (start: number, chunk: Uint8Array) => void;

/**
 * Inflates one member forwards, only as far as it's asked to, on a thread of libuv's pool. Chunks are taken as
 * events: a stream that is pulled waits for its reader between any two chunks, and its thread waits with it.
 */
export class Inflater {
  readonly #member: MemberData;
  readonly #pass: Pass;
  readonly #checksum: boolean;
  readonly #inflate: InflateRaw;
  #done = 0;
  #crc = 0;
  #wanted = 0;
  #settle: ((failure?: Error) => void) | undefined;
  #failure: Error | undefined;
  #ended = false;

  /** @param checksum - whether the CRC is made on the way: it takes a quarter of the time that inflating takes */
  constructor(member: MemberData, pass: Pass, checksum: boolean) {
    this.#member = member;
    this.#pass = pass;
    this.#checksum = checksum;
    this.#inflate = createInflateRaw({ chunkSize: Math.min(CHUNK, Math.max(member.size, 64)) });
    this.#inflate.on('data', (chunk: Uint8Array) => {
      this.#take(chunk);
    });
    this.#inflate.on('end', () => {
      this.#end();
    });
    this.#inflate.on('error', (error) => {
      this.#fail(inflateError(member, error));
    });
    this.#inflate.pause();
    void this.#feed().catch((error: unknown) => {
      this.#fail(inflateError(member, error));
    });
  }

  /** How many bytes have come by. */
  get done(): number {
    return this.#done;
  }

  /**
   * Goes on until the first `end` bytes have come by. The last byte of the member counts only once size, CRC and the
   * length of the compressed data were found as declared. One call at a time.
   *
   * Throws `size-mismatch`, `crc-mismatch`, or `bad-archive` where the data isn't a deflate stream; now and later.
   */
  async advance(end: number): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#has(end)) return;
    await new Promise<void>((resolve, reject) => {
      this.#wanted = end;
      this.#settle = (failure) => {
        if (failure === undefined) resolve();
        else reject(failure);
      };
      this.#inflate.resume();
    });
  }

  /** Frees what the stream holds outside of JavaScript's heap. */
  close(): void {
    this.#fail(new Error('the member was closed'));
  }

  #has(end: number): boolean {
    return this.#ended || (this.#done >= end && end < this.#member.size);
  }

  #take(chunk: Uint8Array): void {
    if (this.#failure !== undefined) return;
    const start = this.#done;
    this.#done += chunk.length;
    if (this.#done > this.#member.size) {
      this.#fail(sizeMismatch(this.#member, `at least ${this.#done}`));
      return;
    }
    if (this.#checksum) this.#crc = crc32(chunk, this.#crc);
    this.#pass(start, chunk);
    if (!this.#has(this.#wanted)) return;
    this.#inflate.pause();
    this.#finish();
  }

  #end(): void {
    const { size, crc32: declared, compressedSize } = this.#member;
    const { bytesWritten } = this.#inflate;
    if (this.#done !== size) this.#fail(sizeMismatch(this.#member, String(this.#done)));
    else if (this.#checksum && this.#crc !== declared) this.#fail(crcMismatch(this.#member, this.#crc));
    else if (bytesWritten !== compressedSize) this.#fail(leftOver(this.#member, bytesWritten));
    if (this.#failure !== undefined) return;
    this.#ended = true;
    this.#finish();
  }

  #finish(failure?: Error): void {
    this.#settle?.(failure);
    this.#settle = undefined;
  }

  #fail(failure: Error): void {
    this.#failure ??= failure;
    this.#inflate.destroy();
    this.#finish(this.#failure);
  }

  /** Writes the compressed bytes; the next piece is read while the one before is inflated: two take turns. */
  async #feed(): Promise<void> {
    const { archive, offset, compressedSize } = this.#member;
    const even = Buffer.allocUnsafe(Math.min(PIECE, compressedSize));
    const odd = Buffer.allocUnsafe(Math.min(PIECE, compressedSize));
    let written = Promise.resolve();
    for (let at = 0; at < compressedSize && !this.#inflate.destroyed; at += PIECE) {
      const room = (at / PIECE) % 2 === 0 ? even : odd;
      const piece = room.subarray(0, compressedSize - at);
      await readInto(archive, piece, offset + at);
      await written;
      written = new Promise((resolve) => {
        // An error comes as an event as well.
        this.#inflate.write(piece, () => {
          resolve();
        });
      });
    }
    await written;
    if (!this.#inflate.destroyed) this.#inflate.end();
  }
}
