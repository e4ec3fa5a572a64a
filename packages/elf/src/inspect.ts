import { AddressMap } from './address-map.js';
import { BoundedReader } from './bounded-reader.js';
import type { ByteSource } from './byte-source.js';
import { PT } from './constants.js';
import { readDynamicLinking } from './dynamic-linking.js';
import type { ElfFile } from './elf-file.js';
import { fileType, readFileHeader } from './file-header.js';
import { readInterpreter } from './interpreter.js';
import { nameMachine } from './machine.js';
import { readNotes } from './note.js';
import { readSegments, segmentsOf } from './program-header.js';

/**
 * Reads what an ELF file says to a loader, in small reads of what is needed, never the whole file. Everything comes
 * from the program headers and the dynamic section, so that a file without section headers gives the same answer.
 *
 * The reads go as far forward as the format allows, none twice: the file header and the program headers; then
 * interpreter, notes and dynamic section in the order of the file; then the tables that the dynamic section names, of
 * which the string table comes last. That suits sources that can't go back cheaply.
 *
 * @throws {@link ElfError} whatever is wrong with the file; errors of the source itself pass through
 * @public
 */
export async function inspectElf(source: ByteSource): Promise<ElfFile> {
  const reader = new BoundedReader(source);
  const header = await readFileHeader(reader);
  const segments = await readSegments(reader, header);
  const described = [PT.INTERP, PT.NOTE, PT.GNU_PROPERTY, PT.DYNAMIC].flatMap((type) =>
    segmentsOf(segments, type),
  );
  await reader.prefetch(described.map(({ offset, fileSize }) => ({ offset, size: fileSize })));
  const interpreter = await readInterpreter(reader, segments);
  const notes = await readNotes(reader, header, segments);
  const dynamic = await readDynamicLinking(reader, header, segments, new AddressMap(segments));
  const [stack] = segmentsOf(segments, PT.GNU_STACK);
  return {
    class: header.class,
    endian: header.endian,
    ...nameMachine(header),
    machineCode: header.machine,
    flags: header.flags,
    type: fileType(header.type),
    osabi: header.osabi,
    interpreter,
    ...dynamic,
    ...notes,
    execStack: stack?.executable === true,
  };
}
