import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where a user's own files are kept, by the XDG base directory specification. */
export interface UserFolders {
  /** What can be made again: toolchains, dependencies, compile folders. */
  readonly cache: string;
  /** What can't: artifacts. */
  readonly data: string;
}

/** The folders of this user; `WHEELWRIGHT_CACHE` puts the cache elsewhere. */
export function userFolders(env: NodeJS.ProcessEnv): UserFolders {
  const home = env['HOME'] ?? homedir();
  const base = (variable: string, fallback: string): string => {
    const value = env[variable];
    // The specification has relative values ignored.
    return value?.startsWith('/') === true ? value : join(home, fallback);
  };
  return {
    cache: env['WHEELWRIGHT_CACHE'] ?? join(base('XDG_CACHE_HOME', '.cache'), 'wheelwright'),
    data: join(base('XDG_DATA_HOME', '.local/share'), 'wheelwright'),
  };
}
