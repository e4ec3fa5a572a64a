import elfy from 'elfy';
import { ElfError } from './error.js';

/**
 * The only file that knows elfy. Its two decoders are called on bytes that hold one structure each:
 * `parse()` itself wants a whole file, asserts that there are sections, and reads these at wrong offsets.
 * elfy gives types as names and has none for many: callers read those codes from the same bytes.
 */

/** The file header's fields, by the names that elfy and the gABI share. */
export interface DecodedFileHeader {
  readonly class: '32' | '64';
  readonly endian: 'lsb' | 'msb';
  readonly flags: number;
  readonly phoff: number;
  readonly phentsize: number;
  readonly phnum: number;
  readonly shoff: number;
  readonly shentsize: number;
  readonly shnum: number;
  readonly shstrndx: number;
}

/** A program header's fields. */
export interface DecodedProgramHeader {
  readonly offset: number;
  readonly vaddr: number;
  readonly filesz: number;
  readonly memsz: number;
  readonly align: number;
  readonly flags: { readonly r?: true; readonly w?: true; readonly x?: true };
}

/** @throws ElfError `malformed` where elfy refuses the header */
export function decodeFileHeader(bytes: Uint8Array): DecodedFileHeader {
  return decoding(
    'the ELF header',
    () => new elfy.Parser().parseHeader(asBuffer(bytes)) as DecodedFileHeader,
  );
}

/** @throws ElfError `malformed` where elfy refuses the entry */
export function decodeProgramHeader(entry: Uint8Array, header: DecodedFileHeader): DecodedProgramHeader {
  return decoding('a program header', () => {
    const parser = new elfy.Parser();
    parser.setEndian(header.endian);
    // The third argument is the file, out of which the parser would cut the segment's content: that is read where
    // it is needed, within bounds.
    return parser.parseProgram(asBuffer(entry), header, Buffer.alloc(0)) as DecodedProgramHeader;
  });
}

function decoding<T>(structure: string, decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    throw new ElfError('malformed', `${structure} can't be decoded: ${String(cause)}`, {
      structure,
      expected: "a structure of the gABI's layout",
      cause,
    });
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
