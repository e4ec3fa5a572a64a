import type { BoundedReader } from './bounded-reader.js';
import { Cursor } from './cursor.js';
import { decodeFileHeader, type DecodedFileHeader } from './decode.js';
import { IDENT_SIZE, readIdent, type Ident } from './ident.js';

/** The file header: its identification, the codes that elfy has no names for, and where the tables are. */
export interface FileHeader extends Ident {
  /** `e_type` as a number. */
  readonly type: number;
  /** `e_machine` as a number. */
  readonly machine: number;
  /** `e_flags`, whose meaning is the machine's. */
  readonly flags: number;
  /** As elfy decoded it: its program header decoder wants it back. */
  readonly decoded: DecodedFileHeader;
}

/** Reads the file header (gABI, "ELF Header"): 52 or 64 bytes at the beginning of the file. */
export async function readFileHeader(reader: BoundedReader): Promise<FileHeader> {
  const ident = await readIdent(reader);
  const bytes = await reader.read(0, ident.class === 32 ? 52 : 64, 'the ELF header');
  const codes = new Cursor(bytes, ident, 'the ELF header', IDENT_SIZE);
  const decoded = decodeFileHeader(bytes);
  return { ...ident, type: codes.u16(), machine: codes.u16(), flags: decoded.flags, decoded };
}

/** The word for `e_type`, as the gABI spells it without `ET_`. */
export function fileType(type: number): string {
  return ['NONE', 'REL', 'EXEC', 'DYN', 'CORE'][type] ?? `unknown (0x${type.toString(16)})`;
}
