import { inspectElf, type ByteSource } from '@wheelwright/elf';
import { MAX_WHEEL_FILE, WHEEL_FILE, type AuditOptions } from './audit-wheel.js';
import type { AuditedFile } from './graph.js';
import { findHostLibraries } from './host-search.js';
import { inspectCandidate, type Candidate } from './inspect-files.js';
import { judge } from './judge.js';
import { tagLines, type TagClaims } from './tag-claim.js';
import type { Verdict } from './verdict.js';

/**
 * Judges one ELF file, by `policy` or else by the best tag of its family.
 *
 * @throws ElfError where it is no ELF file
 */
export async function auditElfFile(
  source: ByteSource,
  { path, ldpaths = [], ...rest }: AuditOptions,
): Promise<Verdict> {
  const files = [{ path, elf: await inspectElf(source) }];
  return judge({ kind: 'file', files, host: await findHostLibraries(files, ldpaths), ...rest });
}

/**
 * Judges the ELF files of an unpacked wheel or of a build folder as one: what one of them brings, the others find.
 * An unpacked wheel claims what its WHEEL file says.
 *
 * @param candidates - all files, under their paths inside the folder; each is read in its turn
 */
export async function auditFolder(
  candidates: Iterable<Candidate> | AsyncIterable<Candidate>,
  { ldpaths = [], ...rest }: Omit<AuditOptions, 'path'> = {},
): Promise<Verdict> {
  const files: AuditedFile[] = [];
  let wheelFile: TagClaims['wheelFile'];
  for await (const candidate of candidates) {
    const { path, source } = candidate;
    if (WHEEL_FILE.test(path) && source.size <= MAX_WHEEL_FILE) {
      const text = new TextDecoder().decode(await source.read(0, source.size));
      wheelFile = { path, tags: tagLines(text) };
    }
    const file = await inspectCandidate(candidate);
    if (file !== undefined) files.push(file);
  }
  return judge({
    kind: 'folder',
    files,
    ...(wheelFile === undefined ? {} : { tags: { fileName: undefined, wheelFile } }),
    host: await findHostLibraries(files, ldpaths),
    ...rest,
  });
}
