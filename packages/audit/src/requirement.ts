import {
  closureOf,
  isExtension,
  isLibpython,
  rootsOf,
  surroundingsOf,
  type AuditedFile,
  type Closure,
  type External,
  type Surroundings,
} from './graph.js';
import type { HostSearch } from './host-library.js';
import { isLoader } from './libc.js';
import type { Family, Policy } from './policy.js';

/** A symbol version that a file needs of a library. */
export interface VersionRequirement {
  readonly file: AuditedFile;
  readonly library: string;
  readonly version: string;
}

/** The files that are judged together: one architecture, one C library. */
export interface Judged {
  readonly files: readonly AuditedFile[];
  readonly family: Family;
  /** Libraries that the user promises to be there. */
  readonly excluded: (library: string) => boolean;
  readonly host: HostSearch;
}

/** Holds files against policies: what doesn't depend on the policy is found once, and each policy's answer as well. */
export function complaintsAbout(judged: Judged): (policy: Policy) => Complaints {
  const { files, family, host } = judged;
  const facts: Facts = {
    ...judged,
    roots: rootsOf(files),
    around: surroundingsOf(files, family, host),
    versions: versionRequirements(files),
    pythonBuild: pythonBuilds(files),
    executableStack: executableStacks(judged),
  };
  const loadings = new Map<string, Loading>();
  const known = new Map<Policy, Complaints>();
  /** Policies that leave the same libraries to the system load the same files: most differ in versions alone. */
  const loadingFor = (policy: Policy): Loading => {
    const key = [...policy.libraries].join('\n');
    const found = loadings.get(key) ?? loadingOf(files, closuresOf(facts, policy));
    loadings.set(key, found);
    return found;
  };
  return (policy) => {
    const complaints = known.get(policy) ?? complain(facts, policy, loadingFor(policy));
    known.set(policy, complaints);
    return complaints;
  };
}

/** What the files say, whatever the policy. */
interface Facts extends Judged, Pick<Complaints, 'versions' | 'pythonBuild' | 'executableStack'> {
  readonly roots: readonly AuditedFile[];
  readonly around: Surroundings;
}

/** A policy's complaints about files: nothing but facts, told as offences elsewhere. */
export interface Complaints {
  readonly versions: readonly VersionRequirement[];
  /** Libraries that the policy doesn't allow and the wheel doesn't bring: each file's need of each, once. */
  readonly missing: readonly External[];
  readonly denied: readonly {
    readonly file: AuditedFile;
    readonly library: string;
    readonly symbols: readonly string[];
  }[];
  readonly isa: readonly AuditedFile[];
  /** Extensions that only run on Pythons built with `--with-fpectl`, which no policy promises. */
  readonly pythonBuild: readonly { readonly file: AuditedFile; readonly symbols: readonly string[] }[];
  /** Libraries that ask for an executable stack: told, but no policy speaks of it. */
  readonly executableStack: readonly AuditedFile[];
  /** How each file of the wheel comes to be loaded: the root first, itself last. */
  readonly ways: ReadonlyMap<string, readonly string[]>;
}

/** What follows from which files are loaded, and from nothing else. */
type Loading = Pick<Complaints, 'missing' | 'isa' | 'ways'>;

function loadingOf(files: readonly AuditedFile[], closures: readonly Closure[]): Loading {
  return {
    missing: missingLibraries(closures),
    isa: demandingFiles(files, closures),
    ways: new Map(closures.flatMap(({ bundled }) => [...bundled]).toReversed()),
  };
}

function complain(facts: Facts, policy: Policy, loading: Loading): Complaints {
  return {
    versions: facts.versions.filter(({ version }) => !allowsVersion(policy, version)),
    ...loading,
    denied: deniedSymbols(facts.roots, policy),
    pythonBuild: facts.pythonBuild,
    executableStack: facts.executableStack,
  };
}

/** Whether nothing keeps the files from the policy. */
export function hasNone({ versions, missing, denied, isa, pythonBuild }: Complaints): boolean {
  return [versions, missing, denied, isa, pythonBuild].every((list) => list.length === 0);
}

/** Version needs of all files, also of those that nothing loads: they are shipped as they are. */
function versionRequirements(files: readonly AuditedFile[]): VersionRequirement[] {
  return files.flatMap((file) =>
    Object.entries(file.elf.versionNeeds)
      .filter(([library]) => !library.startsWith('ld-linux') && !/^ld64\.so\.[12]$/.test(library))
      .flatMap(([library, versions]) => versions.map((version) => ({ file, library, version }))),
  );
}

/**
 * Whether a policy has a symbol version: it is split at the first underscore, and must be in the set of its prefix.
 * A prefix that the policy doesn't list isn't judged; which library the version belongs to plays no part.
 */
export function allowsVersion(policy: Policy, version: string): boolean {
  const separator = version.indexOf('_');
  if (separator === -1) return true;
  const permitted = policy.versions.get(version.slice(0, separator));
  return permitted === undefined || permitted.has(version.slice(separator + 1));
}

/**
 * What the host's libraries need that a policy leaves to be brought along: grafted into the wheel, they would be
 * judged like its own files.
 */
export function versionsOfHost(complaints: Complaints, policy: Policy): VersionRequirement[] {
  const found = complaints.missing.map(({ host }) => host).filter((host) => host !== undefined);
  const libraries = [...new Map(found.map((library) => [library.path, library])).values()];
  return versionRequirements(libraries).filter(({ version }) => !allowsVersion(policy, version));
}

/** What each root loads, up to what the policy leaves to the system. */
function closuresOf({ roots, around, family, excluded }: Facts, policy: Policy): Closure[] {
  // On Android a Python extension is linked against libpython, which the application brings (PEP 738).
  const stop = (library: string): boolean =>
    isLoader(library) ||
    policy.libraries.has(library) ||
    excluded(library) ||
    (family === 'android' && isLibpython(library));
  return roots.map((root) => closureOf(root, around, stop));
}

/**
 * Files that say they need more than the baseline instruction set. Only what is loaded counts: a variant in a
 * `glibc-hwcaps` folder, which the loader takes where the processor is up to it, asks nothing of the others.
 */
function demandingFiles(files: readonly AuditedFile[], closures: readonly Closure[]): AuditedFile[] {
  const loaded = new Set(closures.flatMap(({ bundled }) => [...bundled.keys()]));
  return files.filter(({ path, elf }) => elf.isa !== undefined && elf.isa !== 'x86-64' && loaded.has(path));
}

/** What the closures lack; a file's need of a library is told once, with the first way that leads to it. */
function missingLibraries(closures: readonly Closure[]): External[] {
  const missing = new Map<string, External>();
  for (const { external } of closures) {
    for (const need of external) {
      const key = `${need.file.path}\0${need.library}`;
      if (!missing.has(key)) missing.set(key, need);
    }
  }
  return [...missing.values()];
}

/** Symbols that an allowed library has on some of the systems only: strong imports of roots count. */
function deniedSymbols(roots: readonly AuditedFile[], policy: Policy): Complaints['denied'] {
  return roots.flatMap((file) =>
    file.elf.needed.flatMap((library) => {
      const denied = policy.denied.get(library);
      if (denied === undefined) return [];
      const strong = file.elf.imports.filter(({ name, weak }) => !weak && denied.has(name));
      return strong.length === 0 ? [] : [{ file, library, symbols: strong.map(({ name }) => name) }];
    }),
  );
}

/** What fpectl's macros put into an extension (PEP 513, "fpectl builds vs. no fpectl builds"). */
const FPECTL_SYMBOLS: ReadonlySet<string> = new Set(['PyFPE_jbuf', 'PyFPE_dummy', 'PyFPE_counter']);

/** PEP 513: builds with `--with-fpectl` are not to be asked for. */
function pythonBuilds(files: readonly AuditedFile[]): Complaints['pythonBuild'] {
  return files.filter(isExtension).flatMap((file) => {
    const symbols = file.elf.imports.map(({ name }) => name).filter((name) => FPECTL_SYMBOLS.has(name));
    return symbols.length === 0 ? [] : [{ file, symbols }];
  });
}

/**
 * Libraries that glibc 2.41 and newer refuse to load: `dlopen` no longer makes a running process's stack executable
 * (its NEWS). Programs get theirs from the kernel, and musl pays no heed.
 */
function executableStacks({ files, family }: Judged): AuditedFile[] {
  if (family !== 'manylinux') return [];
  return files.filter(({ elf }) => elf.execStack && elf.type === 'DYN' && elf.interpreter === undefined);
}
