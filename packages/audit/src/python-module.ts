import { posix } from 'node:path';
import { parseExtensionName, type ExtensionName, type Suffix } from './extension-name.js';
import type { AuditedFile } from './graph.js';
import type { Interpreter } from './python-claim.js';

/** A file that Python imports. */
export interface ExtensionFile extends ExtensionName {
  readonly file: AuditedFile;
}

/** A module, with a file for each of the interpreters that it is built for. */
export interface PythonModule {
  /** `pkg/fast` */
  readonly name: string;
  readonly files: readonly [ExtensionFile, ...ExtensionFile[]];
}

/**
 * The modules among the files: those that define an init function and bear a name that Python imports. With the
 * suffix `.so` alone the function has to be the name's: a library may hold other modules' for its own use.
 */
export function modulesOf(files: readonly AuditedFile[]): PythonModule[] {
  const modules = new Map<string, [ExtensionFile, ...ExtensionFile[]]>();
  for (const file of files) {
    const name = parseExtensionName(file.path);
    if (name === undefined || file.elf.pythonInit.length === 0) continue;
    if (name.suffix.kind === 'plain' && !initialises(file, name)) continue;
    const path = posix.join(posix.dirname(file.path), name.stem);
    const known = modules.get(path);
    if (known === undefined) modules.set(path, [{ ...name, file }]);
    else known.push({ ...name, file });
  }
  return Array.from(modules, ([name, found]) => ({ name, files: found }));
}

/** Whether a file defines the init function of its own name; a package's is that of its folder. */
export function initialises({ path, elf }: AuditedFile, { stem }: ExtensionName): boolean {
  const names = stem === '__init__' ? [stem, posix.basename(posix.dirname(path))] : [stem];
  // Names beyond ASCII are encoded (PEP 489), and not looked into.
  return names.some((name) => elf.pythonInit.includes(name)) || !/^[\x20-\x7e]*$/.test(stem);
}

/** Whether an interpreter tries files of this suffix (`importlib.machinery.EXTENSION_SUFFIXES`). */
export function accepts({ implementation, version, flags }: Interpreter, suffix: Suffix): boolean {
  switch (suffix.kind) {
    case 'plain':
      return true;
    case 'cpython':
      return (
        implementation === 'cpython' &&
        suffix.version === version &&
        (flags === undefined || buildFlags(flags) === buildFlags(suffix.flags))
      );
    case 'pypy':
      return (
        implementation === 'pypy' &&
        (suffix.version.startsWith(version) || version.startsWith(suffix.version))
      );
    case 'abi3':
      return implementation === 'cpython' && version.startsWith('3') && !(flags ?? '').includes('t');
    case 'abi3t':
      return implementation === 'cpython' && Number(version) >= 315;
  }
}

/** `t` and `d` change the ABI; `m` and `u` were in every build's name once, and are told apart by symbols. */
function buildFlags(flags: string): string {
  return flags.replaceAll(/[mu]/g, '');
}

/** How a suffix is told. */
export function tellSuffix(suffix: Suffix): string {
  switch (suffix.kind) {
    case 'cpython':
      return `CPython ${suffix.version.charAt(0)}.${suffix.version.slice(1)}${suffix.flags.includes('t') ? ' (free-threaded)' : ''}`;
    case 'pypy':
      return `PyPy ${suffix.version.charAt(0)}.${suffix.version.slice(1)}`;
    case 'abi3':
    case 'abi3t':
      return suffix.kind;
    case 'plain':
      return 'any Python';
  }
}

/** The major version of Python that a module is written for, by what it calls; undefined where it calls neither's own. */
export function majorVersion({ elf }: AuditedFile): 2 | 3 | undefined {
  const calls = (pattern: RegExp): boolean => elf.imports.some(({ name }) => pattern.test(name));
  if (calls(/^(?:PyModule_Create2|PyModule_FromDefAndSpec2|PyModuleDef_Init)$/)) return 3;
  return calls(/^(?:Py_InitModule4|PyString_|PyInt_|PyUnicodeUCS[24]_)/) ? 2 : undefined;
}
