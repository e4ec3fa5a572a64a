import { isAbsolute, resolve } from 'node:path';
import type { RunnerName } from '@wheelwright/runner';
import type { GlobalOptions } from '../command.js';
import type { ProjectFile } from '../config/load.js';

/** What `build-wheel` was told on its command line; the environment has filled in what was not. */
export interface BuildFlags {
  readonly variant?: string;
  readonly runner?: RunnerName;
  readonly image?: string;
  readonly toolchain?: 'zig' | 'host' | 'gcc';
  readonly platform?: string;
  readonly linking?: 'static' | 'dynamic';
  readonly out: string;
  readonly store?: string;
  readonly python: string;
  readonly test: boolean;
  readonly sourceSnapshot?: boolean;
}

/** How a project is built: flags win over the environment, the environment over the file, the file over defaults. */
export interface BuildSettings {
  readonly variant: string | undefined;
  readonly runner: RunnerName;
  /** What the runners `docker` and `kubernetes` run in. */
  readonly image: string | undefined;
  readonly toolchain: 'zig' | 'host' | 'gcc';
  /** The platform tag to compile for and to claim; undefined where the result decides. */
  readonly target: string | undefined;
  readonly linking: 'static' | 'dynamic';
  /** Absolute. */
  readonly out: string;
  /** A folder or URL of the artifact store. */
  readonly store: string;
  /** The same, where somebody has named one: machines may share it. */
  readonly namedStore: string | undefined;
  readonly python: string;
  readonly test: boolean;
  /** Whether an archive of the merged source tree is kept. */
  readonly sourceSnapshot: boolean;
}

/** The values of commander, whose types it can't know, as what program.ts declares them to be. */
export function buildFlags(options: Record<string, unknown>): BuildFlags {
  return options as unknown as BuildFlags;
}

/**
 * @param dataFolder - where a user's own data is kept: the artifact store lies there by default
 */
export function resolveSettings(
  flags: BuildFlags,
  { folder, tool }: ProjectFile,
  { cwd }: Pick<GlobalOptions, 'cwd'>,
  dataFolder: string,
): BuildSettings {
  const toolchain = flags.toolchain ?? tool.compile?.toolchain ?? 'zig';
  const namedStore = storeUrl(flags.store, cwd) ?? storeUrl(tool.store?.url, folder);
  return {
    variant: flags.variant,
    runner: flags.runner ?? tool.compile?.runner ?? 'local',
    image: flags.image ?? tool.compile?.image,
    toolchain,
    // The host's own compiler links against the host's own glibc: what comes out is seen, not asked for.
    target: flags.platform ?? (toolchain === 'host' ? undefined : tool.compile?.targets[0]),
    linking: flags.linking ?? tool.linking,
    out: resolve(cwd, flags.out),
    store: namedStore ?? resolve(dataFolder, 'artifacts'),
    namedStore,
    python: flags.python,
    test: flags.test,
    sourceSnapshot: flags.sourceSnapshot === true,
  };
}

/** A relative path starts from where it was written: the command line or the project's file. */
function storeUrl(url: string | undefined, base: string): string | undefined {
  if (url === undefined || /^[a-z][a-z0-9+.-]*:\/\//i.test(url) || isAbsolute(url)) return url;
  return resolve(base, url);
}
