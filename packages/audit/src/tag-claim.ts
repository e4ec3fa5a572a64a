import { platformSpellings } from './platform-tag.js';
import type { PythonTags } from './python-claim.js';

/** The tags of a wheel, from where they stand. */
export interface TagClaims {
  /** The three parts of the file name (PEP 427), each a set joined by `.`; undefined for an unpacked wheel. */
  readonly fileName: TagParts | undefined;
  /** The `Tag:` lines of WHEEL: `cp311-cp311-linux_x86_64`; undefined where there is no WHEEL file. */
  readonly wheelFile: { readonly path: string; readonly tags: readonly string[] } | undefined;
}

/**
 * The `Tag:` lines of a WHEEL file, and nothing else of it: whether the rest obeys the format is a verifier's to
 * tell, and an audit isn't kept from its answer by it (delocate writes a second Generator, for one).
 */
export function tagLines(text: string): string[] {
  return Array.from(text.matchAll(/^Tag[ \t]*:[ \t]*(\S+)[ \t]*\r?$/gim), ([, tag = '']) => tag);
}

/** The three parts of a tag, each one word or several joined by `.` (PEP 425). */
export interface TagParts {
  readonly python: string;
  readonly abi: string;
  readonly platform: string;
}

/** All platform tags that are claimed, those of the file name first. */
export function claimedPlatforms(claims: TagClaims): string[] {
  return [...new Set([...expand(claims.fileName), ...insideTags(claims)].map(({ platform }) => platform))];
}

/** The Python and ABI tags that an installer goes by: the file name's; of an unpacked wheel, those of WHEEL. */
export function claimedPython(claims: TagClaims): PythonTags {
  const tags = claims.fileName === undefined ? insideTags(claims) : expand(claims.fileName);
  return {
    python: [...new Set(tags.map(({ python }) => python))],
    abi: [...new Set(tags.map(({ abi }) => abi))],
  };
}

/** What the file name and WHEEL say differently. */
export interface TagDisagreement {
  readonly onlyInName: readonly TagParts[];
  readonly onlyInside: readonly TagParts[];
}

/** Compares the two places, where there are two. A legacy platform tag and its modern spelling are the same promise. */
export function tagDisagreement(claims: TagClaims): TagDisagreement {
  const { fileName, wheelFile } = claims;
  if (fileName === undefined || wheelFile === undefined) return { onlyInName: [], onlyInside: [] };
  const without = (tags: readonly TagParts[], others: readonly TagParts[]): TagParts[] => {
    const said = new Set(others.map(promise));
    return tags.filter((tag) => !said.has(promise(tag)));
  };
  const [inName, inside] = [expand(fileName), insideTags(claims)];
  return { onlyInName: without(inName, inside), onlyInside: without(inside, inName) };
}

function promise(tag: TagParts): string {
  return tell({ ...tag, platform: platformSpellings(tag.platform).join('.') });
}

/** `cp311-cp311-linux_x86_64` */
export function tell({ python, abi, platform }: TagParts): string {
  return `${python}-${abi}-${platform}`;
}

function insideTags({ wheelFile }: TagClaims): TagParts[] {
  return (wheelFile?.tags ?? []).flatMap((text) => {
    const [python, abi, platform, ...rest] = text.toLowerCase().split('-');
    if (python === undefined || abi === undefined || platform === undefined || rest.length > 0) return [];
    return expand({ python, abi, platform });
  });
}

function expand(parts: TagParts | undefined): TagParts[] {
  if (parts === undefined) return [];
  const { python, abi, platform } = parts;
  return python
    .split('.')
    .flatMap((py) =>
      abi
        .split('.')
        .flatMap((ab) => platform.split('.').map((plat) => ({ python: py, abi: ab, platform: plat }))),
    );
}
