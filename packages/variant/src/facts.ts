import {
  dynamicStringsContain,
  readSectionTable,
  type ByteSource,
  type ElfFile,
  type Section,
} from '@wheelwright/elf';
import { readGpuCode, sortArchitectures, type GpuCode } from './fat-binary.js';

/** What a library says of its own variant, before anything is concluded from it. @public */
export interface VariantFacts {
  /** What the library is called in reports. */
  readonly library: string;
  /** The libraries that it needs, all of them. */
  readonly needed: readonly string[];
  /** Beginnings of oneDNN's (formerly MKL-DNN's) mangled names that occur among its dynamic strings. */
  readonly oneDnnMarks: readonly string[];
  /** Whether it has the parameter server of MXNet's distributed key-value store. */
  readonly parameterServer: boolean;
  /** The names of its sections with GPU code. */
  readonly gpuSections: readonly string[];
  readonly gpuCode: GpuCode;
}

/**
 * Namespaces, because they are all that a build of MXNet exports of oneDNN: its C functions aren't, and the names of
 * the features occur in builds without them, too.
 */
const oneDnnMarks = ['_ZN4dnnl4impl', '_ZN6mkldnn4impl'];
const parameterServerMark = '_ZN2ps3Van';
const gpuSections = new Set(['.nv_fatbin', '.nvFatBinSegment']);
/** Section type SHT_NOBITS (gABI, "Sections"): no bytes in the file, as in split debug files. */
const noBits = 8;

/**
 * Reads the marks of a variant: the table of dynamic strings, and the headers of embedded GPU code. The rest of the
 * file stays unread.
 * @param library - what it is called in reports
 * @throws ElfError where the dynamic strings can't be read
 * @public
 */
export async function readVariantFacts(
  source: ByteSource,
  elf: ElfFile,
  library: string,
): Promise<VariantFacts> {
  const marks = await dynamicStringsContain(source, elf, [...oneDnnMarks, parameterServerMark]);
  const table = await readSectionTable(source);
  const sections = table.sections.filter(({ name }) => gpuSections.has(name));
  return {
    library,
    needed: elf.needed,
    oneDnnMarks: oneDnnMarks.filter((mark) => marks.has(mark)),
    parameterServer: marks.has(parameterServerMark),
    gpuSections: sections.map(({ name }) => name),
    gpuCode: await readAllGpuCode(source, elf.endian, sections),
  };
}

async function readAllGpuCode(
  source: ByteSource,
  endian: ElfFile['endian'],
  sections: readonly Section[],
): Promise<GpuCode> {
  const architectures: string[] = [];
  for (const section of sections) {
    if (section.name !== '.nv_fatbin' || section.type === noBits) continue;
    if (endian === 'big') return { architectures, problem: 'GPU code in a big-endian file' };
    const code = await readGpuCode(source, section);
    architectures.push(...code.architectures);
    if (code.problem !== undefined)
      return { architectures: sortArchitectures(architectures), problem: code.problem };
  }
  return { architectures: sortArchitectures(architectures), problem: undefined };
}
