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

/** NT_GNU_ABI_TAG for Linux. */
export function writeAbiTag(layout: MachineLayout, version: readonly number[]): Uint8Array {
  const content = new ByteWriter(layout).u32(0);
  for (const part of version) content.u32(part);
  return writeNote(layout, 1, content.done(), 4);
}

const X86_MACHINES = [3, 62];

/**
 * NT_GNU_PROPERTY_TYPE_0 with `*_FEATURE_1_AND`, and with GNU_PROPERTY_X86_ISA_1_NEEDED: a bit for the level and for
 * each one below it. Properties come in the order of their types.
 */
export function writeProperties(
  layout: MachineLayout,
  { isaLevel, features }: { readonly isaLevel?: number | undefined; readonly features?: number | undefined },
): Uint8Array {
  const word = layout.class / 8;
  const writer = new ByteWriter(layout);
  const write = (type: number, bits: number): void => {
    writer.u32(type).u32(4).u32(bits).align(word);
  };
  if (features !== undefined) write(X86_MACHINES.includes(layout.code) ? 0xc0000002 : 0xc0000000, features);
  if (isaLevel !== undefined) write(0xc0008002, 2 ** isaLevel - 1);
  return writeNote(layout, 5, writer.done(), word);
}
