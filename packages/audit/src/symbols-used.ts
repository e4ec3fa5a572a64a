import type { ElfFile, ImportedSymbol } from '@wheelwright/elf';
import { isLoader } from './libc.js';

/**
 * The symbols for which a file needs a library.
 *
 * Where the library has symbol versions, they are bound to it. Where it has none, an undefined symbol may come from
 * any library without versions: it is told of the only one that there is, or of the one whose name it begins with
 * (`hipblasCreate` of `libhipblas.so.2`, `sycl::queue` of `libsycl.so.8`).
 *
 * @param version - only symbols of this version
 */
export function symbolsUsed(elf: ElfFile, library: string, version?: string): readonly string[] {
  const bound = elf.imports.filter(
    (symbol) => symbol.library === library && (version === undefined || symbol.version === version),
  );
  if (bound.length > 0 || version !== undefined || library in elf.versionNeeds)
    return bound.map(({ name }) => name);
  return unboundSymbols(elf).get(library) ?? [];
}

/**
 * Whether a file is linked against a library of which it uses nothing: the library has no versions that the file
 * needs, and no symbol is left that it could provide, as each is another library's by its name.
 */
export function isUnusedLink(elf: ElfFile, library: string): boolean {
  const unbound = unboundSymbols(elf);
  const optional = elf.imports.some((symbol) => symbol.weak && isFree(symbol));
  return !(library in elf.versionNeeds) && !unbound.has(library) && !unbound.has(ANYBODY) && !optional;
}

/** Stands for the provider of a symbol that may be any library's. */
const ANYBODY = '';

/** Undefined symbols without a version that a library has to provide, by the library: weak ones need nobody. */
function unboundSymbols(elf: ElfFile): ReadonlyMap<string, readonly string[]> {
  const providers = elf.needed.filter(
    (library) => !(library in elf.versionNeeds) && !isLoader(library) && !ALWAYS_VERSIONED.test(library),
  );
  const unbound = new Map<string, string[]>();
  for (const symbol of elf.imports) {
    if (symbol.weak || !isFree(symbol)) continue;
    const { name } = symbol;
    const [only, ...others] = providers;
    const provider = others.length === 0 ? only : providerByName(name, providers);
    const names = unbound.get(provider ?? ANYBODY);
    if (names === undefined) unbound.set(provider ?? ANYBODY, [name]);
    else names.push(name);
  }
  return unbound;
}

/** Libraries of GNU systems that have no symbol without a version: what is unbound isn't theirs. */
const ALWAYS_VERSIONED =
  /^(?:lib(?:c|m)\.so\.6(?:\.1)?|lib(?:pthread|util|anl)\.so|lib(?:dl|rt|gcc_s|stdc\+\+)\.so)/;

/** Whether any library may provide a symbol: it isn't bound to one, and isn't the interpreter's or the toolchain's. */
function isFree({ name, library }: ImportedSymbol): boolean {
  return library === undefined && !TOOLCHAIN.has(name) && !/^(?:_?Py|(?:__)?pthread_)/.test(name);
}

/** What crtbegin.o asks for in every file; weak, and mostly not there. */
const TOOLCHAIN: ReadonlySet<string> = new Set([
  '__cxa_finalize',
  '__gmon_start__',
  '_ITM_deregisterTMCloneTable',
  '_ITM_registerTMCloneTable',
  '_Jv_RegisterClasses',
]);

/** A C++ name within a namespace (Itanium C++ ABI, `<nested-name>`): its outermost word follows the length. */
const NESTED = /^_Z(?:T[ISV])?N[KVr]*\d+/;

function providerByName(symbol: string, libraries: readonly string[]): string | undefined {
  const bare = symbol.replace(NESTED, '').replace(/^_+/, '').toLowerCase();
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
