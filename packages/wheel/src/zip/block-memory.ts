/** Contents are read, hashed and deflated in blocks of this length. */
export const BLOCK_SIZE = 1 << 20;

/** Gives memory for the block that is read next. */
export type TakeBlock = (length: number) => Uint8Array;

/**
 * Memory of whole blocks that is used again: new pages cost more than what is read into them, and the garbage collector
 * is called by their size.
 */
export class BlockMemory {
  readonly #lent = new Set<Uint8Array>();
  readonly #free: Uint8Array[] = [];

  readonly take: TakeBlock = (length) => {
    if (length !== BLOCK_SIZE) return Buffer.allocUnsafe(length);
    const block = this.#free.pop() ?? Buffer.allocUnsafeSlow(BLOCK_SIZE);
    this.#lent.add(block);
    return block;
  };

  /** A block that nobody looks at any more; one that isn't from here stays who gave it. */
  giveBack(block: Uint8Array): void {
    if (this.#lent.delete(block)) this.#free.push(block);
  }
}
