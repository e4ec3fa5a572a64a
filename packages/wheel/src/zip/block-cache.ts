/**
 * Blocks of a stream that can only be read forwards, kept for a later look back: the first ones for good,
 * because headers lie there; the ones last asked for; and the ones last passed on the way to them.
 */
export class BlockCache {
  readonly #first = new Map<number, Uint8Array>();
  readonly #asked = new Map<number, Uint8Array>();
  readonly #passed = new Map<number, Uint8Array>();
  readonly #limits: { readonly first: number; readonly asked: number; readonly passed: number };

  constructor(limits: { readonly first: number; readonly asked: number; readonly passed: number }) {
    this.#limits = limits;
  }

  /** A kept block, which from now on counts as asked for. */
  get(index: number): Uint8Array | undefined {
    const block = this.#first.get(index) ?? this.#asked.get(index) ?? this.#passed.get(index);
    if (block !== undefined && !this.#first.has(index)) {
      this.#passed.delete(index);
      keep(this.#asked, index, block, this.#limits.asked);
    }
    return block;
  }

  /** Keeps a block that came by. */
  pass(index: number, block: Uint8Array): void {
    if (index < this.#limits.first) this.#first.set(index, block);
    else if (!this.#asked.has(index)) keep(this.#passed, index, block, this.#limits.passed);
  }
}

/** A Map lists its keys in the order of their insertion: the first is the one used longest ago. */
function keep(blocks: Map<number, Uint8Array>, index: number, block: Uint8Array, limit: number): void {
  blocks.delete(index);
  blocks.set(index, block);
  for (const oldest of blocks.keys()) {
    if (blocks.size <= limit) break;
    blocks.delete(oldest);
  }
}
