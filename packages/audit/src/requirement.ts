import { closureOf, isExtension, rootsOf, type AuditedFile, type Closure } from './graph.js';
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
}

/** A policy's complaints about files: nothing but facts, told as offences elsewhere. */
export interface Complaints {
  readonly versions: readonly VersionRequirement[];
  /** Libraries that the policy doesn't allow and nobody brings, with the way to the first file that needs each. */
  readonly missing: readonly {
    readonly file: AuditedFile;
    readonly library: string;
    readonly chain: readonly string[];
  }[];
  readonly denied: readonly {
    readonly file: AuditedFile;
    readonly library: string;
    readonly symbols: readonly string[];
  }[];
  readonly isa: readonly AuditedFile[];
  /** Extensions that only run on Pythons built in a way that no manylinux image is. */
  readonly pythonBuild: readonly { readonly file: AuditedFile; readonly symbols: readonly string[] }[];
}

/** Holds files against one policy. */
export function complain(judged: Judged, policy: Policy): Complaints {
  const closures = closuresOf(judged, policy);
  return {
    versions: versionsBeyond(judged.files, policy),
    missing: missingLibraries(judged.files, closures),
    denied: deniedSymbols(judged.files, policy),
    isa: demandingFiles(judged.files, closures),
    pythonBuild: pythonBuilds(judged.files),
  };
}

export function hasNone(complaints: Complaints): boolean {
  return Object.values(complaints).every((list: readonly unknown[]) => list.length === 0);
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

export function versionsBeyond(files: readonly AuditedFile[], policy: Policy): VersionRequirement[] {
  return versionRequirements(files).filter(({ version }) => !allowsVersion(policy, version));
}

/** What each root loads, up to what the policy leaves to the system. */
function closuresOf({ files, family, excluded }: Judged, policy: Policy): Closure[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const stop = (library: string): boolean =>
    isLoader(library) || policy.libraries.has(library) || excluded(library);
  return rootsOf(files).map((root) => closureOf(root, byPath, family, stop));
}

/**
 * Files that say they need more than the baseline instruction set. Only what is loaded counts: a variant in a
 * `glibc-hwcaps` folder, which the loader takes where the processor is up to it, asks nothing of the others.
 */
function demandingFiles(files: readonly AuditedFile[], closures: readonly Closure[]): AuditedFile[] {
  const loaded = new Set(closures.flatMap(({ bundled }) => [...bundled.keys()]));
  return files.filter(({ path, elf }) => elf.isa !== undefined && elf.isa !== 'x86-64' && loaded.has(path));
}

/** The libraries that each root's closure lacks; one is named once, with the first way that leads to it. */
function missingLibraries(
  files: readonly AuditedFile[],
  closures: readonly Closure[],
): Complaints['missing'] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const missing = new Map<string, Complaints['missing'][number]>();
  for (const closure of closures) {
    for (const [library, chain] of closure.missing) {
      const file = byPath.get(chain.at(-1) ?? '');
      if (file !== undefined && !missing.has(library)) missing.set(library, { file, library, chain });
    }
  }
  return [...missing.values()];
}

/** Symbols that an allowed library has on some of the systems only: strong imports of roots count. */
function deniedSymbols(files: readonly AuditedFile[], policy: Policy): Complaints['denied'] {
  return rootsOf(files).flatMap((file) => {
    const strong = file.elf.imports.filter(({ weak }) => !weak).map(({ name }) => name);
    return file.elf.needed.flatMap((library) => {
      const denied = policy.denied.get(library);
      const symbols = denied === undefined ? [] : strong.filter((name) => denied.has(name));
      return symbols.length === 0 ? [] : [{ file, library, symbols }];
    });
  });
}

/** What fpectl's macros put into an extension (PEP 513, "fpectl builds vs. no fpectl builds"). */
const FPECTL_SYMBOLS: ReadonlySet<string> = new Set(['PyFPE_jbuf', 'PyFPE_dummy', 'PyFPE_counter']);

/** PEP 513: narrow Unicode builds of Python 2, and builds with `--with-fpectl`, are not to be asked for. */
function pythonBuilds(files: readonly AuditedFile[]): Complaints['pythonBuild'] {
  return files.filter(isExtension).flatMap((file) => {
    const symbols = file.elf.imports
      .map(({ name }) => name)
      .filter((name) => FPECTL_SYMBOLS.has(name) || name.startsWith('PyUnicodeUCS2_'));
    return symbols.length === 0 ? [] : [{ file, symbols }];
  });
}
