import { release } from './release.js';

/** How many bytes are kept of a member, however large it is. */
export interface Room {
  /** Of its start: headers lie there, and the tables that linkers put first. */
  readonly first: number;
  /** Of what came by last. */
  readonly last: number;
}

interface Chunk {
  readonly start: number;
  readonly end: number;
  readonly bytes: Uint8Array;
}

/**
 * Chunks of something that can only be read forwards, kept for a look back: the first ones for good, and the last.
 * It owns what it's given: memory goes back as soon as nothing of it is kept.
 */
export class KeptChunks {
  readonly #room: Room;
  readonly #first: Chunk[] = [];
  #last: Chunk[] = [];

  constructor(room: Room) {
    this.#room = room;
  }

  /** Takes a chunk that came by: each one lies behind the one before, or at the start of all. */
  pass(start: number, bytes: Uint8Array): void {
    const chunk = { start, end: start + bytes.length, bytes };
    if (start === 0) this.#forgetLast();
    if (start >= this.#room.first) this.#last.push(chunk);
    else if (start >= (this.#first.at(-1)?.end ?? 0)) this.#first.push(chunk);
    else this.#drop([chunk]);
    const kept = this.#last.findIndex(({ end }) => chunk.end - end < this.#room.last);
    if (kept > 0) this.#drop(this.#last.splice(0, kept));
  }

  /** Copies what is kept of a range, from its start on without a gap; gives how many bytes that are. */
  fill(offset: number, range: Uint8Array): number {
    let done = 0;
    for (const { start, end, bytes } of [...this.#first, ...this.#last]) {
      const at = offset + done;
      if (at < start || at >= end) continue;
      const part = bytes.subarray(at - start, at - start + range.length - done);
      range.set(part, done);
      done += part.length;
    }
    return done;
  }

  /** Forgets everything. */
  clear(): void {
    this.#forgetLast();
    this.#drop(this.#first.splice(0));
  }

  #forgetLast(): void {
    this.#drop(this.#last.splice(0));
  }

  /** Chunks that come one after the other may lie in the same memory, of which the last one has the end. */
  #drop(chunks: readonly Chunk[]): void {
    const kept = new Set([...this.#first, ...this.#last].map(({ bytes }) => bytes.buffer));
    for (const { bytes } of chunks) {
      const isEnd = bytes.byteOffset + bytes.length === bytes.buffer.byteLength;
      if (isEnd && !kept.has(bytes.buffer)) release(bytes);
    }
  }
}
