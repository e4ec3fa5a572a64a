import type { AuditedFile } from './graph.js';
import type { HostSearch } from './host-library.js';
import { describeComplaints, foreignOffences, tagOffence } from './offence.js';
import type { PlatformTag } from './platform-tag.js';
import { pythonProblems } from './python-check.js';
import { complaintsAbout } from './requirement.js';
import { selectFiles } from './select.js';
import { claimedPython, tagDisagreement, tell, type TagClaims, type TagParts } from './tag-claim.js';
import { MAX_SYMBOLS, type Offence } from './verdict.js';

/** A platform tag that is claimed, as it was said and understood. */
export interface Claim {
  readonly tag: string;
  readonly parsed: PlatformTag;
}

/** What claims are held against. */
export interface ClaimContext {
  readonly files: readonly AuditedFile[];
  readonly excluded: (library: string) => boolean;
  readonly host: HostSearch;
  readonly all: boolean;
  readonly tags: TagClaims | undefined;
}

/** What speaks against one claimed platform tag. */
export function claimOffences({ tag, parsed }: Claim, context: ClaimContext): Offence[] {
  const { files, excluded, host, all } = context;
  const telling = { tag, files, all };
  switch (parsed.kind) {
    case 'any':
      return files.length === 0 ? [] : [anyOffence(tag, context.tags)];
    case 'unknown':
      return [tagOffence(tag, parsed.reason)];
    case 'foreign':
      return [];
    case 'linux':
      return foreignOffences(
        files.filter(({ elf }) => elf.architecture !== parsed.architecture),
        [],
        telling,
      );
    case 'other-linux':
      return foreignOffences(
        files.filter(({ elf }) => !parsed.machine.startsWith(elf.machine)),
        [],
        telling,
      );
    case 'policy': {
      const { policy, family } = parsed;
      const { architecture } = policy;
      const { fitting, otherArchitecture, otherLibc } = selectFiles(files, { architecture, family });
      const complaintsOf = complaintsAbout({ files: fitting, family, excluded, host });
      return [
        ...foreignOffences(otherArchitecture, otherLibc, telling),
        ...describeComplaints(complaintsOf(policy), policy, telling),
      ];
    }
  }
}

/** A wheel with native code that says `any`, in its name or in its WHEEL file alone. */
function anyOffence(tag: string, tags: TagClaims | undefined): Offence {
  const promise = 'any promises that it runs everywhere, and there is native code in it';
  const { fileName, wheelFile } = tags ?? {};
  if (fileName === undefined || wheelFile === undefined || fileName.platform.split('.').includes(tag)) {
    return tagOffence(tag, `${promise}: claim what the code runs on`);
  }
  const remedy = `WHEEL alone says any, the file name ${fileName.platform}: ${promise}; make both say the same (wheelwright retag)`;
  return tagOffence(tag, remedy, wheelFile.path);
}

/**
 * Tags that stand in the file name alone, or in WHEEL alone. Each of them is held against the files as a claim; that
 * they differ breaks none of them, and is told beside.
 */
export function disagreementOffences(tags: TagClaims): Offence[] {
  const { onlyInName, onlyInside } = tagDisagreement(tags);
  const [first] = onlyInside.length > 0 ? onlyInside : onlyInName;
  if (first === undefined || onlyInside.some(({ platform }) => platform === 'any')) return [];
  const told = [tellOnly('the file name', onlyInName), tellOnly('WHEEL', onlyInside)].join('');
  const remedy = `${told}make both say the same (wheelwright retag): pip goes by the name, other tools by WHEEL`;
  return [tagOffence(first.platform, remedy, tags.wheelFile?.path ?? null)];
}

/** What speaks against the Python and ABI tags. */
export function pythonOffences(files: readonly AuditedFile[], tags: TagClaims, all: boolean): Offence[] {
  return pythonProblems(files, claimedPython(tags)).map(
    ({ file, tag, symbols, version, allowedFrom, remedy }): Offence => ({
      file: file.path,
      policy: tag,
      kind: 'python',
      library: null,
      version,
      symbols: all ? symbols : symbols.slice(0, MAX_SYMBOLS),
      chain: [file.path],
      allowedFrom,
      remedy,
    }),
  );
}

function tellOnly(where: string, tags: readonly TagParts[]): string {
  return tags.length === 0 ? '' : `${where} alone says ${tags.map(tell).join(', ')}; `;
}
