import { PT } from './constants.js';
import { ElfError } from './error.js';
import type { Segment } from './program-header.js';

/** Translates the addresses of the dynamic section into places in the file, by the PT_LOAD segments. */
export class AddressMap {
  readonly #loads: readonly Segment[];

  constructor(segments: readonly Segment[]) {
    this.#loads = segments.filter(({ type }) => type === PT.LOAD);
  }

  /** @throws ElfError `malformed` where no segment brings this address from the file */
  toOffset(address: number, structure: string): number {
    // Beyond 2^53 an address has lost its last bits: no library is linked there.
    const load = Number.isSafeInteger(address)
      ? this.#loads.find(
          (segment) => segment.address <= address && address - segment.address < segment.fileSize,
        )
      : undefined;
    if (load !== undefined) return load.offset + (address - load.address);
    throw new ElfError(
      'malformed',
      `${structure} is said to be at address 0x${address.toString(16)}, which no segment loads`,
      {
        structure,
      },
    );
  }
}
