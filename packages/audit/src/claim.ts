import type { AuditedFile } from './graph.js';
import type { HostSearch } from './host-library.js';
import { describeComplaints, foreignOffences, tagOffence } from './offence.js';
import type { PlatformTag } from './platform-tag.js';
import { pythonProblems } from './python-check.js';
import { complain } from './requirement.js';
import { selectFiles } from './select.js';
import { claimedPython, tagDisagreement, tell, type TagClaims } from './tag-claim.js';
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
      return files.length === 0 || isOnlyInside(tag, context.tags)
        ? []
        : [
            tagOffence(
              tag,
              'any promises that it runs everywhere, and there is native code in it: claim what the code runs on',
            ),
          ];
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
      return [
        ...foreignOffences(otherArchitecture, otherLibc, telling),
        ...describeComplaints(complain({ files: fitting, family, excluded, host }, policy), policy, telling),
      ];
    }
  }
}

/** A tag that WHEEL alone has is told as a disagreement with the file name. */
function isOnlyInside(tag: string, tags: TagClaims | undefined): boolean {
  return tags?.fileName !== undefined && !tags.fileName.platform.split('.').includes(tag);
}

/** What speaks against the Python and ABI tags, and against tags that stand in one of two places only. */
export function pythonOffences(files: readonly AuditedFile[], tags: TagClaims, all: boolean): Offence[] {
  const disagreement = tagDisagreement(tags);
  const problems = pythonProblems(files, claimedPython(tags));
  return [
    ...(disagreement === undefined
      ? []
      : [
          tagOffence(
            disagreement.onlyInside[0]?.platform ?? tags.fileName?.platform ?? '',
            `${tellOnly('the file name', disagreement.onlyInName)}${tellOnly('WHEEL', disagreement.onlyInside.map(tell))}make both say the same (wheelwright retag): pip goes by the name, other tools by WHEEL`,
            tags.wheelFile?.path ?? null,
          ),
        ]),
    ...problems.map(
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
    ),
  ];
}

function tellOnly(where: string, tags: readonly string[]): string {
  return tags.length === 0 ? '' : `${where} alone says ${tags.join(', ')}; `;
}
