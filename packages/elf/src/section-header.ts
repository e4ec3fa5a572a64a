import { BoundedReader } from './bounded-reader.js';
import type { ByteSource } from './byte-source.js';
import { SHN, SHT } from './constants.js';
import { Cursor } from './cursor.js';
import { ElfError } from './error.js';
import { readFileHeader, type FileHeader } from './file-header.js';
import { MAX_NAME_LENGTH, MAX_SECTIONS } from './limits.js';
import { NamePass } from './name-pass.js';
import { StringTable } from './string-table.js';

/**
 * A section as its header describes it. Nothing says that `offset` and `size` lie in the file: a section of type
 * SHT_NOBITS has no bytes there, and whoever reads a section checks its range.
 * @public
 */
export interface Section {
  readonly name: string;
  /** `sh_type`. */
  readonly type: number;
  readonly offset: number;
  readonly size: number;
}

interface SectionHeader {
  readonly name: number;
  readonly type: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly info: number;
}

/**
 * What the section headers say, which no loader reads.
 * @public
 */
export interface SectionTable {
  /** In the order of the file, the empty first one included. */
  readonly sections: readonly Section[];
  /** Without SHT_SYMTAB, the symbol table that debuggers and profilers read. */
  readonly stripped: boolean;
}

/**
 * Reads the section headers (gABI, "Sections"). A file may have none: then the list is empty, and the file stripped.
 *
 * They lie at the end of most files, so a source that inflates has to go through all of it for them: `inspectElf`
 * does without.
 *
 * @throws {@link ElfError} whatever is wrong with them; errors of the source itself pass through
 * @public
 */
export async function readSectionTable(source: ByteSource): Promise<SectionTable> {
  const reader = new BoundedReader(source);
  const header = await readFileHeader(reader);
  if (header.decoded.shoff === 0) return { sections: [], stripped: true };
  const { table, count, strings } = await readSectionHeaders(reader, header);
  const names = new NamePass();
  const wanted = Uint32Array.from({ length: count }, (_, index) =>
    names.want(decodeSection(table, header, index).name, MAX_NAME_LENGTH),
  );
  if (strings !== undefined) {
    const { offset, size } = strings;
    await names.run(new StringTable(reader, offset, size, 'the section names'), () => undefined);
  }
  const sections = Array.from(wanted, (name, index): Section => {
    const { type, offset, size } = decodeSection(table, header, index);
    return { name: names.text(name), type, offset, size };
  });
  return { sections, stripped: !sections.some(({ type }) => type === SHT.SYMTAB) };
}

/**
 * The table, and the section with the names. Counts that don't fit the file header are in the first entry
 * (`e_shnum` 0, `e_shstrndx` SHN_XINDEX).
 */
async function readSectionHeaders(
  reader: BoundedReader,
  header: FileHeader,
): Promise<{
  readonly table: Uint8Array;
  readonly count: number;
  readonly strings: SectionHeader | undefined;
}> {
  const { shoff, shnum, shstrndx } = header.decoded;
  const first = await readFirstSection(reader, header);
  const count = shnum === 0 ? first.size : shnum;
  if (count > MAX_SECTIONS) {
    throw new ElfError('too-large', `e_shnum says that there are ${count} sections`, {
      offset: header.class === 32 ? 48 : 60,
      structure: 'e_shnum',
      expected: `at most ${MAX_SECTIONS}`,
    });
  }
  const table = await reader.read(shoff, count * entrySize(header), 'the section header table');
  const names = shstrndx === SHN.XINDEX ? first.link : shstrndx;
  const hasNames = names !== SHN.UNDEF && names < count;
  return { table, count, strings: hasNames ? decodeSection(table, header, names) : undefined };
}

/** Reads the first section header, whose fields hold the counts that the file header has no room for. */
export async function readFirstSection(reader: BoundedReader, header: FileHeader): Promise<SectionHeader> {
  const { shoff, shentsize } = header.decoded;
  const size = entrySize(header);
  if (shentsize !== size) {
    throw new ElfError('malformed', `e_shentsize is ${shentsize}`, {
      offset: header.class === 32 ? 46 : 58,
      structure: 'e_shentsize',
      expected: `${size}, the size of an entry in a ${header.class}-bit file`,
    });
  }
  return decodeSection(await reader.read(shoff, size, 'the first section header'), header, 0);
}

function entrySize(header: FileHeader): number {
  return header.class === 32 ? 40 : 64;
}

function decodeSection(table: Uint8Array, header: FileHeader, index: number): SectionHeader {
  const cursor = new Cursor(table, header, 'a section header', index * entrySize(header));
  const name = cursor.u32();
  const type = cursor.u32();
  cursor.word(); // sh_flags
  cursor.word(); // sh_addr
  return { name, type, offset: cursor.word(), size: cursor.word(), link: cursor.u32(), info: cursor.u32() };
}
