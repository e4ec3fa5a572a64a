import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { hashOf } from '../digest.js';
import { findProgram } from './find-program.js';
import type { Launcher } from './toolchain.js';
import { wrapperScript } from './wrapper.js';

/** What ccache is told of a compiler. */
interface CachedCompiler {
  /** What its output depends on besides the sources and the arguments that ccache sees; else its file's time counts. */
  readonly identity?: unknown;
  /** ccache's word for its manners. */
  readonly type: 'auto' | 'clang';
}

/**
 * ccache for the compilers of one build, if it's there and wanted. It keeps what it has in a folder of ours and reads
 * nobody's settings: what comes out has the same bytes with and without it.
 *
 * @param cache - the cache's root folder
 */
export function findCcache(
  environment: Readonly<Record<string, string | undefined>>,
  cache: string,
): Launcher | undefined {
  if (environment['CCACHE_DISABLE'] !== undefined) return undefined;
  const program = findProgram('ccache', environment);
  if (program === undefined) return undefined;
  return {
    program,
    env: { CCACHE_DIR: join(cache, 'ccache'), CCACHE_CONFIGPATH: join(cache, 'ccache', 'ccache.conf') },
  };
}

/**
 * Puts a launcher before a C and a C++ compiler. The launcher must see one program, so each becomes a script.
 *
 * @param folder - the site's folder
 * @param commands - the compilers as words: `gcc -m64` is one, too
 * @returns the compilers to use, and the environment that the launcher needs with them
 */
export async function launchCompilers(
  launcher: Launcher | undefined,
  folder: string,
  commands: { readonly cc: readonly string[]; readonly cxx: readonly string[] },
  compiler: CachedCompiler,
): Promise<{ readonly cc?: string; readonly cxx?: string; readonly env: Readonly<Record<string, string>> }> {
  const own = [commands.cc[0], commands.cxx[0]].some((word) => basename(word ?? '') === 'ccache');
  // A user's `CC="ccache gcc"` is one already.
  if (launcher === undefined || own) return { env: {} };
  await mkdir(join(folder, 'ccache'), { recursive: true });
  const write = async (name: string, words: readonly string[]): Promise<string> => {
    const path = join(folder, 'ccache', name);
    await writeFile(path, wrapperScript([launcher.program, ...words]));
    await chmod(path, 0o755);
    return path;
  };
  return {
    cc: await write('cc', commands.cc),
    cxx: await write('c++', commands.cxx),
    env: {
      ...launcher.env,
      ...(compiler.identity === undefined
        ? {}
        : { CCACHE_COMPILERCHECK: `string:${hashOf(compiler.identity)}` }),
      CCACHE_COMPILERTYPE: compiler.type,
    },
  };
}
