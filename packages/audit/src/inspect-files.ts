import { ElfError, inspectElf, isElf, type ByteSource } from '@wheelwright/elf';
import type { AuditedFile } from './graph.js';

/** Something that may be an ELF file: a member of a wheel, a file of a folder. */
export interface Candidate {
  readonly path: string;
  readonly source: ByteSource;
}

/** Nothing shorter can hold an ELF header (gABI, "ELF Header": 52 bytes in the 32-bit class). */
const SMALLEST_ELF = 52;

/**
 * Reads what a candidate says; undefined where it isn't ELF.
 *
 * @throws {@link ElfError} with the candidate's name where it begins as an ELF file and isn't one
 */
export async function inspectCandidate({ path, source }: Candidate): Promise<AuditedFile | undefined> {
  if (source.size < SMALLEST_ELF || path.endsWith('.py') || !(await isElf(source))) return undefined;
  try {
    return { path, elf: await inspectElf(source) };
  } catch (error) {
    if (!(error instanceof ElfError)) throw error;
    const { code, structure, offset, hint, message } = error;
    throw new ElfError(code, `${path}: ${message}`, { structure, offset, hint, cause: error });
  }
}
