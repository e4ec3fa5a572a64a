import { ByteWriter, type StringCollector } from './byte-writer.js';
import type { MachineLayout } from './machine.js';
import type { Part } from './parts.js';

/** A section with its place in the file. */
export interface PlacedPart extends Part {
  readonly offset: number;
  /** 0 if it isn't loaded. */
  readonly address: number;
}

/** A program header's fields; the file size is the memory size. */
export interface SegmentFields {
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
  readonly align: number;
}

/** The file header (gABI, "ELF Header"). */
export function writeFileHeader(
  writer: ByteWriter,
  layout: MachineLayout,
  fields: {
    readonly type: number;
    readonly osabi: number;
    readonly segmentCount: number;
    /** Where the section headers are; undefined: there are none. */
    readonly sections: { readonly offset: number; readonly count: number } | undefined;
  },
): void {
  const wide = layout.class === 64;
  const { offset, count } = fields.sections ?? { offset: 0, count: 0 };
  writer.bytes([0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, layout.endian === 'little' ? 1 : 2, 1, fields.osabi]);
  writer.bytes(new Uint8Array(8));
  writer.u16(fields.type).u16(layout.code).u32(1).word(0);
  writer
    .word(wide ? 64 : 52)
    .word(offset)
    .u32(layout.flags);
  writer
    .u16(wide ? 64 : 52)
    .u16(wide ? 56 : 32)
    .u16(fields.segmentCount);
  writer
    .u16(fields.sections === undefined ? 0 : wide ? 64 : 40)
    .u16(count)
    .u16(count === 0 ? 0 : count - 1);
}

/** A program header (gABI, "Program Header"). */
export function writeSegment(writer: ByteWriter, layout: MachineLayout, segment: SegmentFields): void {
  const { type, flags, offset, address, size, align } = segment;
  writer.u32(type);
  if (layout.class === 64) writer.u32(flags);
  writer.word(offset).word(address).word(address).word(size).word(size);
  if (layout.class === 32) writer.u32(flags);
  writer.word(align);
}

/** The section headers (gABI, "Sections"), the empty first one included. */
export function writeSectionHeaders(
  layout: MachineLayout,
  parts: readonly PlacedPart[],
  names: StringCollector,
): Uint8Array {
  const writer = new ByteWriter(layout).bytes(new Uint8Array(layout.class === 64 ? 64 : 40));
  for (const { name, type, flags, address, offset, size, link, info, align, entrySize } of parts) {
    const linked = link === undefined ? 0 : parts.findIndex((part) => part.name === link) + 1;
    writer.u32(names.place(name)).u32(type).word(flags).word(address).word(offset).word(size);
    writer
      .u32(linked)
      .u32(info ?? 0)
      .word(align)
      .word(entrySize ?? 0);
  }
  return writer.done();
}
