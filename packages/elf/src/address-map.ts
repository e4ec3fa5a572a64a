import { PT } from './constants.js';
import { ElfError } from './error.js';
import type { Segment } from './program-header.js';

/** Translates the addresses of the dynamic section into places in the file, by the PT_LOAD segments. */
export class AddressMap {
  readonly #loads: readonly Segment[];

  constructor(segments: readonly Segment[]) {
    this.#loads = segments.filter(({ type }) => type === PT.LOAD);
  }

  /** Where in the file an address comes from. Of overlapping segments the last counts: it is mapped over the others. */
  find(address: number): number | undefined {
    // Beyond 2^53 an address has lost its last bits: no library is linked there.
    if (!Number.isSafeInteger(address)) return undefined;
    const load = this.#loads.findLast(
      (segment) => segment.address <= address && address - segment.address < segment.fileSize,
    );
    return load === undefined ? undefined : load.offset + (address - load.address);
  }

  /** @throws ElfError `malformed` where no segment brings this address from the file */
  toOffset(address: number, structure: string): number {
    const offset = this.find(address);
    if (offset !== undefined) return offset;
    throw new ElfError(
      'malformed',
      `${structure} is said to be at address 0x${address.toString(16)}, which no segment loads`,
      {
        structure,
      },
    );
  }
}
