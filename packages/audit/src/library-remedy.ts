import { posix } from 'node:path';
import type { AuditedFile, External } from './graph.js';
import { fits } from './host-library.js';
import { originOf, type Provider } from './library-origin.js';
import type { Policy } from './policy.js';
import { isUnusedLink } from './symbols-used.js';

/** What can be done about a library that a file needs and doesn't get. */
export type LibraryRemedy =
  /** It is in the wheel, in a folder that the file's search path doesn't lead to. */
  | {
      readonly kind: 'search-path';
      readonly file: string;
      readonly runpath: string;
      readonly folder: string;
    }
  /** musl's loader answers to the name, but a policy promises another one of it. */
  | { readonly kind: 'rename'; readonly file: string; readonly soname: string }
  /** The file uses nothing of it. */
  | { readonly kind: 'unlink'; readonly file: string }
  | { readonly kind: 'driver'; readonly of: string }
  | { readonly kind: 'toolkit'; readonly of: string; readonly projects: readonly Provider[] }
  | { readonly kind: 'bundle' };

/**
 * Finds the remedy that fits best.
 *
 * @param files - all files of the wheel or folder
 * @param policy - the one that lacks the library
 */
export function remedyForLibrary(
  { file, library }: External,
  files: readonly AuditedFile[],
  policy: Policy,
): LibraryRemedy {
  const elsewhere = files.find(
    ({ path, elf }) => posix.basename(path) === library && path !== file.path && fits(elf, file.elf),
  );
  if (elsewhere !== undefined) {
    const folder = posix.dirname(elsewhere.path);
    return { kind: 'search-path', file: file.path, runpath: way(file, folder), folder };
  }
  const soname = [...policy.libraries].find((name) => name.startsWith('libc.musl-'));
  if (soname !== undefined && MUSL_ITSELF.test(library)) return { kind: 'rename', file: file.path, soname };
  if (isUnusedLink(file.elf, library)) return { kind: 'unlink', file: file.path };
  return originOf(library) ?? { kind: 'bundle' };
}

/** The names that musl's loader takes for itself (ldso/dynlink.c, `load_library`). */
const MUSL_ITSELF = /^lib(?:c|pthread|rt|m|dl|util|xnet)\.so/;

/** The RUNPATH that leads from a file to a folder of the wheel. */
function way(from: AuditedFile, folder: string): string {
  const relative = posix.relative(posix.dirname(from.path), folder);
  return relative === '' ? '$ORIGIN' : `$ORIGIN/${relative}`;
}

/** Two remedies with the same key are one act: libraries of one origin, or of one search path. */
export function remedyKey(remedy: LibraryRemedy): string {
  switch (remedy.kind) {
    case 'search-path':
      return `${remedy.kind} ${remedy.folder}`;
    case 'driver':
    case 'toolkit':
      return `${remedy.kind} ${remedy.of}`;
    case 'rename':
    case 'unlink':
    case 'bundle':
      return remedy.kind;
  }
}

/**
 * Tells the remedies of libraries that one act provides.
 *
 * @param remedies - of the same key
 */
export function tellLibraryRemedy(
  remedies: readonly [LibraryRemedy, ...LibraryRemedy[]],
  libraries: readonly string[],
): string {
  const names = enumerate(libraries);
  const several = libraries.length > 1;
  const [it, is] = several ? ['them', 'are'] : ['it', 'is'];
  const [remedy] = remedies;
  switch (remedy.kind) {
    case 'search-path':
      return `give ${enumerate(runpaths(remedies))}: ${names} ${is} in ${remedy.folder}, where the loader doesn't look`;
    case 'rename':
      return `link ${enumerate(filesOf(remedies))} to ${remedy.soname} instead of ${names} (patchelf --replace-needed): musl answers to both, the policy promises the former`;
    case 'unlink':
      return `drop the link of ${enumerate(filesOf(remedies))} to ${names} (ld --as-needed): no symbol of ${it} is used`;
    case 'driver':
      return `leave ${names} to ${remedy.of} and exclude ${it} (--exclude): never bring a driver's library along`;
    case 'toolkit':
      return tellToolkit(remedy.of, providersOf(remedies), names, it);
    case 'bundle':
      return `bring ${names} in the wheel (wheelwright repair does), or link ${it} statically`;
  }
}

function filesOf(remedies: readonly LibraryRemedy[]): string[] {
  return [...new Set(remedies.flatMap((remedy) => ('file' in remedy ? [remedy.file] : [])))];
}

/** Which files need which RUNPATH. */
function runpaths(remedies: readonly LibraryRemedy[]): string[] {
  const files = new Map<string, Set<string>>();
  for (const remedy of remedies) {
    if (remedy.kind !== 'search-path') continue;
    files.set(remedy.runpath, (files.get(remedy.runpath) ?? new Set()).add(remedy.file));
  }
  return Array.from(files, ([runpath, of]) => `${enumerate([...of])} a RUNPATH of ${runpath}`);
}

/**
 * The projects that bring a toolkit's libraries, each once. Some libraries have the same name in several releases of
 * the toolkit: the release of the others decides.
 */
function providersOf(remedies: readonly LibraryRemedy[]): Provider[] {
  const options = remedies.flatMap((remedy) => (remedy.kind === 'toolkit' ? [remedy.projects] : []));
  const certain = new Set(
    options.flatMap(([only, ...others]) => (only && others.length === 0 ? [release(only)] : [])),
  );
  const chosen = options.flatMap((projects) => {
    const fitting = projects.filter((provider) => certain.has(release(provider)));
    return fitting.length > 0 ? fitting : projects;
  });
  return [...new Map(chosen.map((provider) => [provider.project, provider])).values()];
}

/** `cu12` of `nvidia-cublas-cu12`; projects of CUDA 13 bear no number. */
function release({ project, folder }: Provider): string {
  return /-(cu\d+)$/.exec(project)?.[1] ?? /\/(cu\d+)\//.exec(folder ?? '')?.[1] ?? '';
}

function tellToolkit(of: string, projects: readonly Provider[], names: string, it: string): string {
  if (projects.length === 0) {
    return `bring ${names} in the wheel, or exclude ${it} (--exclude) and say that ${of} has to be installed`;
  }
  const words = enumerate(projects.map(({ project }) => project));
  return `leave ${names} to ${of}: depend on the wheels that bring ${it} (${words}), reach ${it} by RUNPATH, and exclude ${it} (--exclude)`;
}

const NAMED = 4;

/** `a, b and c`; beyond a few, `a, b, c, d and 3 more`. */
export function enumerate(words: readonly string[]): string {
  const rest = words.length - NAMED;
  const shown = rest > 1 ? [...words.slice(0, NAMED), `${rest} more`] : words;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1) ?? ''}`;
}
