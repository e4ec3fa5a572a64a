import type { ElfFile } from '@wheelwright/elf';
import { isLoader } from './libc.js';

/**
 * The symbols for which a file needs a library.
 *
 * Where the library has symbol versions, they are bound to it. Where it has none, an undefined symbol may come from
 * any library without versions: it is told of the only one that there is, or of the one whose name it begins with
 * (`hipblasCreate` of `libhipblas.so.2`).
 *
 * @param version - only symbols of this version
 */
export function symbolsUsed(elf: ElfFile, library: string, version?: string): string[] {
  const bound = elf.imports.filter(
    (symbol) => symbol.library === library && (version === undefined || symbol.version === version),
  );
  if (bound.length > 0 || version !== undefined || library in elf.versionNeeds)
    return bound.map(({ name }) => name);
  const providers = unversionedProviders(elf);
  const free = unboundSymbols(elf);
  if (providers.length === 1) return free;
  return free.filter((name) => providerByName(name, providers) === library);
}

/**
 * Whether a file is linked against a library of which it can't use anything: the library has no versions that the
 * file needs, and no symbol is left which it could provide.
 */
export function isUnusedLink(elf: ElfFile, library: string): boolean {
  return !(library in elf.versionNeeds) && unboundSymbols(elf).length === 0;
}

/** Undefined symbols without a version that a library has to provide: not the interpreter's, not the toolchain's. */
function unboundSymbols(elf: ElfFile): string[] {
  return elf.imports
    .filter(({ library, name }) => library === undefined && !TOOLCHAIN.has(name) && !/^_?Py/.test(name))
    .map(({ name }) => name);
}

/** What crtbegin.o asks for in every file; weak, and mostly not there. */
const TOOLCHAIN: ReadonlySet<string> = new Set([
  '__cxa_finalize',
  '__gmon_start__',
  '_ITM_deregisterTMCloneTable',
  '_ITM_registerTMCloneTable',
  '_Jv_RegisterClasses',
]);

function unversionedProviders({ needed, versionNeeds }: ElfFile): string[] {
  return needed.filter((library) => !(library in versionNeeds) && !isLoader(library));
}

function providerByName(symbol: string, libraries: readonly string[]): string | undefined {
  const bare = symbol.replace(/^_+/, '').toLowerCase();
  const matching = libraries.filter((library) => {
    const stem = stemOf(library);
    return stem.length > 1 && bare.startsWith(stem);
  });
  return matching.sort((a, b) => stemOf(b).length - stemOf(a).length)[0];
}

/** `libhipblas.so.2` is `hipblas`, as its symbols begin. */
function stemOf(library: string): string {
  return library
    .replace(/^lib/, '')
    .replace(/[.-].*$/, '')
    .toLowerCase();
}
