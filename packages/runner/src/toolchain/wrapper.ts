import { RunnerError } from '../error.js';

/**
 * The text of a program that runs `command`, its own arguments, and `after`. Every word stands between single
 * quotes, where a shell reads nothing into it.
 */
export function wrapperScript(command: readonly string[], after: readonly string[] = []): string {
  return `#!/bin/sh\nexec ${[...command.map(quote), '"$@"', ...after.map(quote)].join(' ')}\n`;
}

/**
 * As {@link wrapperScript}, for a compiler that must be told the language of what it reads from standard input (`-`).
 *
 * @param language - a word for it, such as `-xc`; the arguments may say another
 */
export function compilerScript(
  command: readonly string[],
  after: readonly string[],
  language: string,
): string {
  const call = (words: readonly string[]): string =>
    `exec ${[...words.map(quote), '"$@"', ...after.map(quote)].join(' ')}`;
  return [
    '#!/bin/sh',
    'before=',
    'for word do',
    `  if [ "$word" = - ] && [ "$before" != -o ]; then ${call([...command, language])}; fi`,
    '  before=$word',
    'done',
    call(command),
    '',
  ].join('\n');
}

function quote(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** What a CMake toolchain file says. */
export interface CMakeToolchain {
  /** As `uname -m` says it: CMAKE_SYSTEM_PROCESSOR. */
  readonly processor: string;
  readonly cc: string;
  readonly cxx: string;
  readonly ar: string;
  readonly ranlib: string;
  /** The folders below which headers and libraries are looked for. At least one: none means everywhere. */
  readonly roots: readonly [string, ...string[]];
}

/**
 * The text of a CMake toolchain file. Programs come from this host, headers and libraries from the roots
 * alone: what the host has installed is built for the host's glibc.
 */
export function cmakeToolchainFile({ processor, cc, cxx, ar, ranlib, roots }: CMakeToolchain): string {
  return [
    'set(CMAKE_SYSTEM_NAME Linux)',
    `set(CMAKE_SYSTEM_PROCESSOR ${processor})`,
    `set(CMAKE_C_COMPILER ${cmakeString(cc)})`,
    `set(CMAKE_CXX_COMPILER ${cmakeString(cxx)})`,
    `set(CMAKE_AR ${cmakeString(ar)} CACHE FILEPATH "")`,
    `set(CMAKE_RANLIB ${cmakeString(ranlib)} CACHE FILEPATH "")`,
    `set(CMAKE_FIND_ROOT_PATH ${roots.map(cmakeString).join(' ')})`,
    'set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)',
    'set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)',
    'set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)',
    'set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)',
    '',
  ].join('\n');
}

/** A quoted argument of the CMake language. A list separator in a path can't be helped by quoting. */
function cmakeString(path: string): string {
  if (path.includes(';')) {
    throw new RunnerError('bad-request', `${path}: CMake takes the ';' in this path for the end of it`, {
      hint: "choose a cache folder without ';' in its name",
    });
  }
  return `"${path.replaceAll(/[\\"$]/g, String.raw`\$&`)}"`;
}
