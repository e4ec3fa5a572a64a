import { isDriverLibrary, libraryPattern, originOf } from '@wheelwright/audit';
import { RepairError } from './error.js';
import type { Provider } from './provider.js';

/** What of a request says which libraries aren't grafted. */
export interface PromiseRequest {
  readonly exclude?: readonly string[];
  readonly providers?: readonly Provider[];
  /** Patterns of driver libraries that are brought along all the same. */
  readonly graftDrivers?: readonly string[];
}

/** Libraries that will be there without the wheel bringing them. */
export interface Promised {
  readonly isPromised: (library: string) => boolean;
  readonly providerOf: (library: string) => Provider | undefined;
  /** A library that is left to the machine's driver, by its own nature. */
  readonly isDriver: (library: string) => boolean;
  /** Exclude patterns that none of the names match. */
  readonly unusedExcludes: (names: Iterable<string>) => string[];
}

const NVIDIA = 'the NVIDIA driver';

/**
 * Decides which libraries are left to others: what the user excludes, what other wheels provide, and what comes with a
 * driver, which must be the machine's own.
 *
 * @throws {@link RepairError} `bad-request` where a library of the NVIDIA driver shall be grafted: it can't work
 */
export function promisedLibraries({
  exclude = [],
  providers = [],
  graftDrivers = [],
}: PromiseRequest): Promised {
  const isExcluded = libraryPattern(exclude);
  const isForced = libraryPattern(graftDrivers);
  const never = ['libcuda.so.1', 'libnvidia-ml.so.1'].find(isForced);
  if (never !== undefined) {
    throw new RepairError('bad-request', `${never} can't be brought along: it must be the driver's own`, {
      hint: 'name the library alone that you mean, such as --graft-driver "libamdhip64.so*"',
    });
  }
  const isDriver = (library: string): boolean => {
    if (!isDriverLibrary(library)) return false;
    const origin = originOf(library);
    return !isForced(library) || (origin?.kind === 'driver' && origin.of === NVIDIA);
  };
  const providerOf = (library: string): Provider | undefined =>
    providers.find((provider) => provider.library === library);
  return {
    providerOf,
    isDriver,
    isPromised: (library) => isExcluded(library) || isDriver(library) || providerOf(library) !== undefined,
    unusedExcludes: (names) => {
      const all = [...names];
      return exclude.filter((pattern) => !all.some(libraryPattern([pattern])));
    },
  };
}

/**
 * Fails where a pattern excludes nothing: most likely its version is missing, and the library would be grafted in
 * spite of it.
 *
 * @throws {@link RepairError} `exclude-unused`
 */
export function refuseUnused(unused: readonly string[], needed: Iterable<string>): void {
  if (unused.length === 0) return;
  const names = [...new Set(needed)].sort();
  const alike = names.filter((name) =>
    unused.some((pattern) => name.startsWith(pattern.replace(/[*?[].*$/, '').slice(0, 6))),
  );
  const shown = (alike.length > 0 ? alike : names).slice(0, 12).join(', ');
  throw new RepairError(
    'exclude-unused',
    `no library that is needed matches ${unused.map((pattern) => JSON.stringify(pattern)).join(', ')}`,
    { hint: `patterns match whole names; needed are ${shown === '' ? 'none' : shown}` },
  );
}
