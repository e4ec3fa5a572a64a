import { ByteWriter } from './byte-writer.js';
import type { MachineLayout } from './machine.js';

/** A note of the GNU tools (gABI, "Note Section"), padded to `alignment`. */
export function writeNote(
  layout: MachineLayout,
  type: number,
  content: Uint8Array,
  alignment: number,
): Uint8Array {
  return new ByteWriter(layout)
    .u32(4)
    .u32(content.length)
    .u32(type)
    .bytes(Buffer.from('GNU\0'))
    .bytes(content)
    .align(alignment)
    .done();
}

/** NT_GNU_BUILD_ID. */
export function writeBuildId(layout: MachineLayout, hex: string): Uint8Array {
  return writeNote(layout, 3, Buffer.from(hex, 'hex'), 4);
}

/** NT_GNU_PROPERTY_TYPE_0 with GNU_PROPERTY_X86_ISA_1_NEEDED: a bit for the level and for each one below it. */
export function writeIsaProperty(layout: MachineLayout, level: number): Uint8Array {
  const property = new ByteWriter(layout)
    .u32(0xc0008002)
    .u32(4)
    .u32(2 ** level - 1)
    .align(8)
    .done();
  return writeNote(layout, 5, property, 8);
}
