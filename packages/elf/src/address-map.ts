import { PT } from './constants.js';
import type { DynamicEntry } from './dynamic.js';
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

  /**
   * Where in the file the table is whose address a dynamic entry holds.
   *
   * @throws ElfError `malformed` where no segment brings this address from the file
   */
  toOffset({ value, offset }: DynamicEntry, structure: string): number {
    const place = this.find(value);
    if (place !== undefined) return place;
    throw new ElfError('malformed', `${structure} is said to be at address 0x${value.toString(16)}`, {
      offset,
      structure,
      expected: 'an address that a PT_LOAD segment brings from the file',
    });
  }
}
