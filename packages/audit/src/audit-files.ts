import { inspectElf, type ByteSource } from '@wheelwright/elf';
import type { AuditOptions } from './audit-wheel.js';
import type { AuditedFile } from './graph.js';
import { inspectCandidate, type Candidate } from './inspect-files.js';
import { judge } from './judge.js';
import type { Verdict } from './verdict.js';

/**
 * Judges one ELF file, by `policy` or else by the best tag of its family.
 *
 * @throws ElfError where it is no ELF file
 */
export async function auditElfFile(source: ByteSource, { path, ...rest }: AuditOptions): Promise<Verdict> {
  return judge({ kind: 'file', files: [{ path, elf: await inspectElf(source) }], ...rest });
}

/**
 * Judges the ELF files of an unpacked wheel or of a build folder as one: what one of them brings, the others find.
 *
 * @param candidates - all files, under their paths inside the folder; each is read in its turn
 */
export async function auditFolder(
  candidates: Iterable<Candidate> | AsyncIterable<Candidate>,
  options: Omit<AuditOptions, 'path'> = {},
): Promise<Verdict> {
  const files: AuditedFile[] = [];
  for await (const candidate of candidates) {
    const file = await inspectCandidate(candidate);
    if (file !== undefined) files.push(file);
  }
  return judge({ kind: 'folder', files, ...options });
}
