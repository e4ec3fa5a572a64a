import { posix } from 'node:path';
import type { AuditedFile, External } from './graph.js';
import { fits } from './host-library.js';
import { originOf, type Provider } from './library-origin.js';
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
  /** The file uses nothing of it. */
  | { readonly kind: 'unlink'; readonly file: string }
  | { readonly kind: 'driver'; readonly of: string }
  | { readonly kind: 'toolkit'; readonly of: string; readonly projects: readonly Provider[] }
  | { readonly kind: 'bundle' };

/** Finds the remedy that fits best. `files` are all files of the wheel or folder. */
export function remedyForLibrary(need: External, files: readonly AuditedFile[]): LibraryRemedy {
  const { file, library } = need;
  const elsewhere = files.find(
    ({ path, elf }) => posix.basename(path) === library && path !== file.path && fits(elf, file.elf),
  );
  if (elsewhere !== undefined) {
    const folder = posix.dirname(elsewhere.path);
    return { kind: 'search-path', file: file.path, runpath: way(file, folder), folder };
  }
  if (isUnusedLink(file.elf, library)) return { kind: 'unlink', file: file.path };
  return originOf(library) ?? { kind: 'bundle' };
}

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
    case 'unlink':
      return `${remedy.kind} ${remedy.file}`;
    case 'driver':
    case 'toolkit':
      return `${remedy.kind} ${remedy.of}`;
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
    case 'unlink':
      return `drop the link of ${remedy.file} to ${names} (ld --as-needed): it uses no symbol of ${it}`;
    case 'driver':
      return `leave ${names} to ${remedy.of} and exclude ${it} (--exclude): never bring a driver's library along`;
    case 'toolkit':
      return tellToolkit(remedy.of, providersOf(remedies), names, it);
    case 'bundle':
      return `bring ${names} in the wheel (wheelwright repair does), or link ${it} statically`;
  }
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

/** The projects that bring a toolkit's libraries, each once. */
function providersOf(remedies: readonly LibraryRemedy[]): Provider[] {
  const projects = remedies.flatMap((remedy) => (remedy.kind === 'toolkit' ? remedy.projects : []));
  return [...new Map(projects.map((provider) => [provider.project, provider])).values()];
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
