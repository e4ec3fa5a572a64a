import {
  dynamicStringsContain,
  readSectionTable,
  type ByteSource,
  type ElfFile,
  type Section,
} from '@wheelwright/elf';
import { cudaLibrariesOf } from './cuda-library.js';
import { dynamicRuntime, hasDebugNames, runtimeMarks, type CudaRuntime } from './cuda-runtime.js';
import { readCudaSoname, strongest } from './cuda-version.js';
import { mergeGpuCode, readGpuCode, type GpuCode } from './fat-binary.js';
import { hasBytes } from './section-blocks.js';
import { findToolkitPaths, type ToolkitPath } from './toolkit-path.js';

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
  /** Whether it can be asked for its features: it has MXNet's `MXLibInfoFeatures`. */
  readonly libinfo: boolean;
  /** The names of its sections with GPU code. */
  readonly gpuSections: readonly string[];
  readonly gpuCode: GpuCode;
  readonly cudaRuntime: CudaRuntime | undefined;
  /** The CUDA toolkits whose paths it speaks of; looked for only where its needed libraries leave the release open. */
  readonly toolkitPaths: readonly ToolkitPath[];
}

/**
 * Namespaces, because they are all that a build of MXNet exports of oneDNN: its C functions aren't, and the names of
 * the features occur in builds without them, too.
 */
const oneDnnMarks = ['_ZN4dnnl4impl', '_ZN6mkldnn4impl'];
const parameterServerMark = '_ZN2ps3Van';
const libinfoMark = '\0MXLibInfoFeatures\0';
/** `__nv_relfatbin` is what the device linker took (`nvcc -rdc`); what runs is in `.nv_fatbin`. */
const fatBinaries = ['.nv_fatbin', '__nv_relfatbin'];
const gpuSections = new Set([...fatBinaries, '.nvFatBinSegment']);

/**
 * Reads the marks of a variant: the table of dynamic strings, the headers of embedded GPU code, and, where the needed
 * libraries leave the CUDA release open, the constants. The rest of the file stays unread.
 * @param library - what it is called in reports
 * @throws ElfError where the dynamic strings can't be read
 * @public
 */
export async function readVariantFacts(
  source: ByteSource,
  elf: ElfFile,
  library: string,
): Promise<VariantFacts> {
  const marks = await dynamicStringsContain(source, elf, [
    ...oneDnnMarks,
    parameterServerMark,
    libinfoMark,
    ...runtimeMarks,
  ]);
  const { sections } = await readSectionTable(source);
  const named = sections.map(({ name }) => name).filter((name) => gpuSections.has(name));
  const runtime = dynamicRuntime(elf, marks);
  const paths = async () => (leavesOpen(elf) ? await findToolkitPaths(source, elf, sections) : []);
  const usesCuda = cudaLibrariesOf(elf).length > 0 || named.length > 0 || runtime !== undefined;
  // In the order of the file (constants, GPU code, names for debuggers), as a member of a wheel is read forwards.
  const toolkitPaths = usesCuda ? await paths() : [];
  const gpuCode = await readAllGpuCode(source, elf.endian, sections);
  const cudaRuntime = runtime ?? ((await hasDebugNames(source, sections)) ? 'linked' : undefined);
  return {
    library,
    needed: elf.needed,
    oneDnnMarks: oneDnnMarks.filter((mark) => marks.has(mark)),
    parameterServer: marks.has(parameterServerMark),
    libinfo: marks.has(libinfoMark),
    gpuSections: named,
    gpuCode,
    cudaRuntime,
    toolkitPaths: usesCuda || cudaRuntime === undefined ? toolkitPaths : await paths(),
  };
}

function leavesOpen(elf: Pick<ElfFile, 'needed'>): boolean {
  const readings = cudaLibrariesOf(elf).map(readCudaSoname);
  return strongest(readings.filter((reading) => reading !== undefined))?.known !== 'exact';
}

async function readAllGpuCode(
  source: ByteSource,
  endian: ElfFile['endian'],
  sections: readonly Section[],
): Promise<GpuCode> {
  let all: GpuCode = { architectures: [], compiledBy: [], problem: undefined };
  for (const section of sections) {
    if (!fatBinaries.includes(section.name) || !hasBytes(section)) continue;
    if (endian === 'big') return { ...all, problem: 'GPU code in a big-endian file' };
    const code = await readGpuCode(source, section);
    // What went into the device linker isn't what a GPU runs; it only tells who compiled it.
    all = mergeGpuCode(all, section.name === '.nv_fatbin' ? code : { ...code, architectures: [] });
    if (code.problem !== undefined) return all;
  }
  return all;
}
