import type { Architecture } from '@wheelwright/elf';
import type { AuditedFile } from './graph.js';
import { libcOf } from './libc.js';
import type { PlatformTag } from './platform-tag.js';
import type { Family } from './policy.js';

/** What a set of files is for. */
export interface Subject {
  readonly architecture: Architecture;
  readonly family: Family;
}

/** Files apart by whether they belong to the subject. */
export interface Selection {
  readonly fitting: readonly AuditedFile[];
  readonly otherArchitecture: readonly AuditedFile[];
  readonly otherLibc: readonly AuditedFile[];
}

/**
 * What the files are for: what the claimed tags agree on, where a file fits it; else what the first file that
 * says something says. A program without a C library is judged as a glibc one, which it doesn't contradict.
 * Undefined where no file's machine has policies.
 */
export function subjectOf(
  files: readonly AuditedFile[],
  claims: readonly PlatformTag[],
): Subject | undefined {
  const wanted = agreed(claims.map(architectureOf));
  const architectures = files.map(({ elf }) => elf.architecture).filter((word) => word !== undefined);
  const present = architectures.find((word) => word === wanted) ?? architectures[0];
  if (present === undefined) return undefined;
  const libcs = files
    .filter(({ elf }) => elf.architecture === present)
    .map(({ path, elf }) => libcOf(path, elf));
  const claimed = agreed(claims.map((claim) => (claim.kind === 'policy' ? claim.family : undefined)));
  const fits = claimed !== undefined && libcs.some((libc) => libc === undefined || libc === claimed);
  const family = fits ? claimed : libcs.find((libc) => libc !== undefined);
  return { architecture: present, family: family ?? 'manylinux' };
}

export function selectFiles(files: readonly AuditedFile[], { architecture, family }: Subject): Selection {
  const fitting: AuditedFile[] = [];
  const otherArchitecture: AuditedFile[] = [];
  const otherLibc: AuditedFile[] = [];
  for (const file of files) {
    const libc = libcOf(file.path, file.elf);
    if (file.elf.architecture !== architecture) otherArchitecture.push(file);
    else if (libc !== undefined && libc !== family) otherLibc.push(file);
    else fitting.push(file);
  }
  return { fitting, otherArchitecture, otherLibc };
}

function architectureOf(claim: PlatformTag): Architecture | undefined {
  if (claim.kind === 'policy') return claim.policy.architecture;
  return claim.kind === 'linux' ? claim.architecture : undefined;
}

/** The one value that all which say something say. */
function agreed<T>(values: readonly (T | undefined)[]): T | undefined {
  const said = new Set(values.filter((value) => value !== undefined));
  const [only] = said;
  return said.size === 1 ? only : undefined;
}
