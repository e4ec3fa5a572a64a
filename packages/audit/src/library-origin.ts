import { createRequire } from 'node:module';
import { libraryPattern } from './library-pattern.js';

/** Where a well-known library comes from that no wheel of its user should have to bring. */
export type LibraryOrigin =
  /** It comes with a driver, and must be the one of the machine: bringing another breaks the program. */
  | { readonly kind: 'driver'; readonly of: string }
  /** It comes with a toolkit; `projects` on the package index bring it, if there are any. */
  | { readonly kind: 'toolkit'; readonly of: string; readonly projects: readonly Provider[] };

/** A project whose wheels bring a library. */
export interface Provider {
  readonly project: string;
  /** Where it lies below site-packages; null where it is installed elsewhere. */
  readonly folder: string | null;
}

interface OriginData {
  readonly drivers: readonly { readonly of: string; readonly patterns: readonly string[] }[];
  readonly providers: readonly {
    readonly libraries: readonly string[];
    readonly of: string;
    readonly projects: readonly Provider[];
  }[];
}

// Node 20 warns of JSON imports; a required file is read once, too.
const data = createRequire(import.meta.url)('./library-origins.json') as OriginData;

const rules: readonly { readonly matches: (library: string) => boolean; readonly origin: LibraryOrigin }[] = [
  ...data.drivers.map(({ of, patterns }) => ({
    matches: libraryPattern(patterns),
    origin: { kind: 'driver', of } as const,
  })),
  ...data.providers.map(({ of, libraries, projects }) => ({
    matches: libraryPattern(libraries),
    origin: { kind: 'toolkit', of, projects } as const,
  })),
];

const known = new Map<string, LibraryOrigin | undefined>();

/** What is known of a library by its name: drivers' and toolkits' libraries, and the projects that bring them. */
export function originOf(library: string): LibraryOrigin | undefined {
  if (!known.has(library)) known.set(library, rules.find(({ matches }) => matches(library))?.origin);
  return known.get(library);
}

/** Libraries that come with a graphics driver: a wheel that brings one breaks where the driver is another. */
export function isDriverLibrary(library: string): boolean {
  return originOf(library)?.kind === 'driver';
}
