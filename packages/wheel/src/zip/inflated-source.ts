import { type ByteSource, checkRange, readExactly } from '../byte-source.js';
import { GLANCE_COMPRESSED, inflateBeginning } from './beginning.js';
import type { MemberData } from './inflate.js';
import { Inflater } from './inflater.js';
import { KeptChunks, type Room } from './kept-chunks.js';

/** What is kept of a member for a look back (docs/decisions/0009-members-in-one-pass.md). */
const ROOM: Room = { first: 16 << 20, last: 4 << 20 };

/** A first read up to here is a look at what a member is: most members are never read further. */
const GLANCE = 64;

/**
 * A deflated member as a `ByteSource`. Deflate can only be read forwards, so it's inflated as far as somebody reads,
 * and going back behind what is kept starts anew; a reader of ELF files goes back to the start, which is kept.
 * Reads are served one after another. `open` finds the member's data when the first read comes.
 */
export class InflatedSource implements ByteSource {
  readonly size: number;
  readonly #name: string;
  readonly #open: () => Promise<MemberData>;
  readonly #checksum: boolean;
  readonly #kept = new KeptChunks(ROOM);
  #data: MemberData | undefined;
  #inflater: Inflater | undefined;
  /** The range that is being read, filled as its chunks come by. */
  #asked: { readonly offset: number; readonly bytes: Uint8Array } | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  /** @param checksum - whether the CRC is checked when the last bytes are read */
  constructor(name: string, size: number, open: () => Promise<MemberData>, checksum: boolean) {
    this.#name = name;
    this.size = size;
    this.#open = open;
    this.#checksum = checksum;
  }

  read(offset: number, length: number): Promise<Uint8Array> {
    const result = this.#queue.then(() => this.#read(offset, length));
    this.#queue = result.catch(() => undefined);
    return result;
  }

  /** Frees what is held for the next read, which would start anew. */
  close(): Promise<void> {
    this.#inflater?.close();
    this.#inflater = undefined;
    this.#kept.clear();
    return Promise.resolve();
  }

  async #read(offset: number, length: number): Promise<Uint8Array> {
    checkRange(this.size, offset, length, this.#name);
    if (length === 0) return new Uint8Array(0);
    const data = (this.#data ??= await this.#open());
    const end = offset + length;
    if (this.#inflater === undefined && end <= GLANCE && end < this.size) {
      const glance = await beginning(data);
      if (glance !== undefined && end <= glance.length) return glance.subarray(offset, end);
    }
    const bytes = Buffer.allocUnsafe(length);
    const kept = this.#kept.fill(offset, bytes);
    // The last byte is only good once the member has been found to end with it.
    if (kept === length && end < this.size) return bytes;
    this.#asked = { offset, bytes };
    try {
      await this.#inflaterFor(offset + kept, data).advance(end);
    } catch (error) {
      await this.close();
      throw error;
    } finally {
      this.#asked = undefined;
    }
    return bytes;
  }

  /** One that hasn't passed by a place yet. */
  #inflaterFor(place: number, data: MemberData): Inflater {
    const current = this.#inflater;
    if (current !== undefined && current.done <= place) return current;
    current?.close();
    const pass = (start: number, chunk: Uint8Array): void => {
      this.#fillAsked(start, chunk);
      this.#kept.pass(start, chunk);
    };
    return (this.#inflater = new Inflater(data, pass, this.#checksum));
  }

  #fillAsked(start: number, chunk: Uint8Array): void {
    if (this.#asked === undefined) return;
    const { offset, bytes } = this.#asked;
    const place = start - offset;
    if (place >= bytes.length || place + chunk.length <= 0) return;
    bytes.set(chunk.subarray(Math.max(-place, 0), bytes.length - place), Math.max(place, 0));
  }
}

/** The first bytes of a member; `undefined` where they are broken, or more than there should be. */
async function beginning({
  archive,
  offset,
  compressedSize,
  size,
  name,
}: MemberData): Promise<Buffer | undefined> {
  const compressed = await readExactly(archive, offset, Math.min(GLANCE_COMPRESSED, compressedSize));
  try {
    const content = inflateBeginning(compressed, { name });
    return content.length <= size ? content : undefined;
  } catch {
    return undefined; // What is wrong with it, the stream will tell.
  }
}
