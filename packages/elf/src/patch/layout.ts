import { AddressMap } from '../address-map.js';
import type { BoundedReader } from '../bounded-reader.js';
import { DT, PN_XNUM, PT } from '../constants.js';
import { Cursor, type Format } from '../cursor.js';
import { ElfError } from '../error.js';
import { readFileHeader } from '../file-header.js';
import { MAX_DYNAMIC_ENTRIES, MAX_SECTIONS } from '../limits.js';
import { Encoder } from './encode.js';

/** All fields of a program header (gABI, "Program Header"). */
export interface ProgramHeader {
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly address: number;
  readonly physicalAddress: number;
  readonly fileSize: number;
  readonly memorySize: number;
  readonly align: number;
}

/** All fields of a section header (gABI, "Section Header"), the name still an index. */
export interface SectionHeader {
  readonly name: number;
  readonly type: number;
  readonly flags: bigint;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly info: number;
  readonly align: number;
  readonly entrySize: number;
}

/** An entry of the dynamic section. The value is kept exactly: it is written again. */
export interface DynamicValue {
  readonly tag: number;
  readonly value: bigint;
}

/** How a file is laid out: what a patch has to keep right. */
export interface Layout extends Format {
  readonly machine: number;
  /** `e_type` as a number. */
  readonly type: number;
  readonly fileSize: number;
  readonly programHeaderOffset: number;
  readonly programHeaders: readonly ProgramHeader[];
  readonly sectionHeaderOffset: number;
  /** Empty where there are none. */
  readonly sections: readonly SectionHeader[];
  /** PT_DYNAMIC. */
  readonly dynamicSegment: ProgramHeader;
  /** The entries before DT_NULL, in order. */
  readonly dynamic: readonly DynamicValue[];
}

export const programHeaderSize = ({ class: bits }: Format): number => (bits === 32 ? 32 : 56);
export const sectionHeaderSize = ({ class: bits }: Format): number => (bits === 32 ? 40 : 64);
export const dynamicEntrySize = ({ class: bits }: Format): number => (bits === 32 ? 8 : 16);

/**
 * Reads how a file is laid out.
 *
 * @throws `ElfError` what {@link inspectElf} throws; `unpatchable` for a file without a dynamic section
 */
export async function readLayout(reader: BoundedReader): Promise<Layout> {
  const header = await readFileHeader(reader);
  const { phoff, phnum, shoff, shnum } = header.decoded;
  const format: Format = { class: header.class, endian: header.endian };
  if (phnum === PN_XNUM || (shoff !== 0 && shnum === 0)) {
    throw new ElfError(
      'unpatchable',
      'its program or section headers are more than the file header can count',
      {
        structure: 'the ELF header',
      },
    );
  }
  const programHeaders = await readTable(
    reader,
    phoff,
    phnum,
    programHeaderSize(format),
    'the program header table',
    (bytes) => decodeProgramHeader(bytes, format),
  );
  const sections =
    shoff === 0
      ? []
      : await readTable(
          reader,
          shoff,
          shnum,
          sectionHeaderSize(format),
          'the section header table',
          (bytes) => decodeSectionHeader(bytes, format),
        );
  const dynamicSegment = programHeaders.find(({ type }) => type === PT.DYNAMIC);
  if (dynamicSegment === undefined || dynamicSegment.fileSize === 0) {
    throw new ElfError(
      'unpatchable',
      'it has no dynamic section: nothing in it says soname, needed or runpath',
      {
        structure: 'PT_DYNAMIC',
        hint: 'only shared libraries and dynamically linked programs can be patched',
      },
    );
  }
  return {
    ...format,
    machine: header.machine,
    type: header.type,
    fileSize: reader.size,
    programHeaderOffset: phoff,
    programHeaders,
    sectionHeaderOffset: shoff,
    sections,
    dynamicSegment,
    dynamic: await readEntries(reader, format, dynamicSegment),
  };
}

async function readTable<T>(
  reader: BoundedReader,
  offset: number,
  count: number,
  size: number,
  structure: string,
  decode: (bytes: Uint8Array) => T,
): Promise<T[]> {
  if (count > MAX_SECTIONS)
    throw new ElfError('too-large', `${structure} has ${count} entries`, { offset, structure });
  const table = await reader.read(offset, count * size, structure);
  return Array.from({ length: count }, (_, index) =>
    decode(table.subarray(index * size, (index + 1) * size)),
  );
}

async function readEntries(
  reader: BoundedReader,
  format: Format,
  segment: ProgramHeader,
): Promise<DynamicValue[]> {
  const structure = 'the dynamic section';
  const size = dynamicEntrySize(format);
  const count = Math.floor(segment.fileSize / size);
  if (count > MAX_DYNAMIC_ENTRIES) {
    throw new ElfError('too-large', `${structure} has ${count} entries`, {
      offset: segment.offset,
      structure,
    });
  }
  const entries = await readTable(reader, segment.offset, count, size, structure, (bytes) => {
    const cursor = new Cursor(bytes, format, structure);
    return { tag: cursor.word(), value: cursor.exactWord() };
  });
  const end = entries.findIndex(({ tag }) => tag === DT.NULL);
  return end === -1 ? entries : entries.slice(0, end);
}

function decodeProgramHeader(bytes: Uint8Array, format: Format): ProgramHeader {
  const cursor = new Cursor(bytes, format, 'a program header');
  const type = cursor.u32();
  const wideFlags = format.class === 64 ? cursor.u32() : undefined;
  const [offset, address, physicalAddress] = [cursor.word(), cursor.word(), cursor.word()];
  const [fileSize, memorySize] = [cursor.word(), cursor.word()];
  const flags = wideFlags ?? cursor.u32();
  return { type, flags, offset, address, physicalAddress, fileSize, memorySize, align: cursor.word() };
}

/** Where in the file the addresses of a layout come from. */
export function addressMapOf({ programHeaders }: Layout): AddressMap {
  return new AddressMap(programHeaders.map((header) => ({ ...header, executable: false })));
}

/** The bytes of a program header table. */
export function encodeProgramHeaders(headers: readonly ProgramHeader[], format: Format): Uint8Array {
  const encoder = new Encoder(headers.length * programHeaderSize(format), format);
  for (const { type, flags, offset, address, physicalAddress, fileSize, memorySize, align } of headers) {
    encoder.u32(type);
    if (format.class === 64) encoder.u32(flags);
    encoder.word(offset).word(address).word(physicalAddress).word(fileSize).word(memorySize);
    if (format.class === 32) encoder.u32(flags);
    encoder.word(align);
  }
  return encoder.bytes;
}

function decodeSectionHeader(bytes: Uint8Array, format: Format): SectionHeader {
  const cursor = new Cursor(bytes, format, 'a section header');
  return {
    name: cursor.u32(),
    type: cursor.u32(),
    flags: cursor.exactWord(),
    address: cursor.word(),
    offset: cursor.word(),
    size: cursor.word(),
    link: cursor.u32(),
    info: cursor.u32(),
    align: cursor.word(),
    entrySize: cursor.word(),
  };
}

/** The bytes of one section header. */
export function encodeSectionHeader(section: SectionHeader, format: Format): Uint8Array {
  const { name, type, flags, address, offset, size, link, info, align, entrySize } = section;
  return new Encoder(sectionHeaderSize(format), format)
    .u32(name)
    .u32(type)
    .word(flags)
    .word(address)
    .word(offset)
    .word(size)
    .u32(link)
    .u32(info)
    .word(align)
    .word(entrySize).bytes;
}

/** The bytes of a dynamic section of `size` bytes: the entries, then DT_NULL to its end. */
export function encodeDynamic(entries: readonly DynamicValue[], size: number, format: Format): Uint8Array {
  const encoder = new Encoder(size, format);
  for (const { tag, value } of entries) encoder.word(tag).word(value);
  return encoder.bytes;
}
