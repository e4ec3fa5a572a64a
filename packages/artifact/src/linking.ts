import type { Linking } from './identity.js';

/** What a needed library is: the system's own, CUDA's (which no build has inside), or the project's to bring. @public */
export type LibraryOrigin = 'system' | 'cuda' | 'other';

/** A native file and what it needs. @public */
export interface LinkedFile {
  readonly name: string;
  /** The names of the libraries that it needs. */
  readonly needed: readonly string[];
}

/** @public */
export interface LinkingSources {
  /** What the user said. */
  readonly said: Linking | undefined;
  readonly files: readonly LinkedFile[];
  /** The names of libraries that come along: in the wheel, in the artifact, in the folder. */
  readonly brought: ReadonlySet<string>;
  readonly originOf: (library: string) => LibraryOrigin;
}

/** A library that is needed beyond the system's own. @public */
export interface ExternalLibrary {
  readonly name: string;
  readonly neededBy: readonly string[];
  /** Whether it comes along. */
  readonly brought: boolean;
  readonly origin: Exclude<LibraryOrigin, 'system'>;
}

/** How a library is linked, as far as one can tell. @public */
export interface LinkingEvidence {
  readonly said: Linking | undefined;
  readonly external: readonly ExternalLibrary[];
  /** Where the evidence speaks against what was said. */
  readonly contradiction: string | undefined;
}

/**
 * Holds what was said of a build's linking against what its files need. No program can tell for certain: what is linked
 * in statically leaves no trace, and a static build may bring along what can't be linked so. Only these contradict:
 * "static" and a library that is neither the system's nor CUDA's and doesn't come along; "dynamic" and none beyond the
 * system's own.
 * @public
 */
export function judgeLinking({ said, files, brought, originOf }: LinkingSources): LinkingEvidence {
  const external = new Map<string, ExternalLibrary>();
  for (const { name: file, needed } of files) {
    for (const name of needed) {
      const origin = originOf(name);
      if (origin === 'system') continue;
      const neededBy = external.get(name)?.neededBy ?? [];
      external.set(name, { name, neededBy: [...neededBy, file], brought: brought.has(name), origin });
    }
  }
  const all = [...external.values()];
  return { said, external: all, contradiction: contradictionOf(said, all, files.length > 0) };
}

function contradictionOf(
  said: Linking | undefined,
  external: readonly ExternalLibrary[],
  isKnown: boolean,
): string | undefined {
  if (said === 'static') {
    const loose = external.filter(({ brought, origin }) => origin === 'other' && !brought);
    if (loose.length === 0) return undefined;
    const names = loose.map(({ name }) => name).join(', ');
    return `'static' was said, but ${names} ${loose.length === 1 ? 'is' : 'are'} needed beyond the system's own, and nothing brings ${loose.length === 1 ? 'it' : 'them'} along.`;
  }
  if (said === 'dynamic' && isKnown && external.length === 0) {
    return "'dynamic' was said, but nothing beyond the system's own libraries is needed.";
  }
  return undefined;
}
