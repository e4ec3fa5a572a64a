import type { ByteSource, ElfFile, Section } from '@wheelwright/elf';
import { sectionBlocks } from './section-blocks.js';

/**
 * How a library has the CUDA runtime: `imported` from the runtime's own library, or `linked` into it statically.
 * @public
 */
export type CudaRuntime = 'imported' | 'linked';

/** What every library with kernels calls, and what the static runtime always brings along. */
const functions = ['__cudaRegisterFatBinary', 'cudaRuntimeGetVersion'];

/** The functions as they stand in a table of strings: whole names. */
export const runtimeMarks = functions.map((name) => `\0${name}\0`);

/** The names for debuggers, where a static runtime whose symbols are hidden is found. */
const debugNames = { names: new Set(['.strtab']), overlap: 64, most: 128 << 20 };

/**
 * Finds the CUDA runtime among the names for the loader.
 * @param dynamic - which of the marks occur among the dynamic strings
 * @returns `undefined` where none tells: there is none, or a static one whose symbols are hidden
 */
export function dynamicRuntime(
  { imports }: Pick<ElfFile, 'imports'>,
  dynamic: ReadonlySet<string>,
): CudaRuntime | undefined {
  if (imports.some(({ name }) => functions.includes(name))) return 'imported';
  return runtimeMarks.some((mark) => dynamic.has(mark)) ? 'linked' : undefined;
}

/** Whether the names for debuggers, if they weren't stripped, have those of a static runtime. */
export async function hasDebugNames(source: ByteSource, sections: readonly Section[]): Promise<boolean> {
  for await (const { bytes } of sectionBlocks(source, sections, debugNames)) {
    if (runtimeMarks.some((mark) => bytes.includes(mark))) return true;
  }
  return false;
}
