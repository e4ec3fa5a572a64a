import { access, readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { openStore } from '@wheelwright/store';
import type { Finding } from './finding.js';
import { inTime } from './in-time.js';
import { LIMIT } from './program.js';

/** zig is never the system's: its pinned version lies in the cache, or comes there with the first build. */
export async function findZig(cache: string): Promise<Finding> {
  const folder = join(cache, 'zig');
  const versions = (await readdir(folder).catch(() => [])).filter((name) => /^\d[\d.]*$/.test(name)).sort();
  const version = versions.at(-1);
  const base = {
    group: 'toolchain',
    name: 'zig',
    cost: 'the first build installs it: 100 MB, half a minute',
  } as const;
  if (version === undefined) {
    return { ...base, status: 'installed-on-demand', version: null, detail: `not yet in ${folder}` };
  }
  return { ...base, status: 'here', version, detail: join(folder, version) };
}

/**
 * Where `kubectl` would find its configuration.
 *
 * @param asked - the context of a project that is compiled there: that cluster has to answer, too
 */
export async function findKubeconfig(
  env: NodeJS.ProcessEnv,
  asked?: { readonly context: string | undefined },
): Promise<Finding> {
  const paths = (env['KUBECONFIG'] ?? join(env['HOME'] ?? homedir(), '.kube', 'config')).split(delimiter);
  const base = {
    group: 'cluster',
    name: 'kubernetes',
    version: null,
    cost: 'no runs on Kubernetes',
  } as const;
  for (const path of paths) {
    if (path === '' || !(await isThere(path))) continue;
    return asked === undefined
      ? { ...base, status: 'here', detail: path }
      : askCluster(base, env, asked.context);
  }
  return { ...base, status: 'missing', detail: `no kubeconfig: ${paths.join(', ')}` };
}

/** Asks a cluster for its version, and doesn't wait longer than for any other program. */
async function askCluster(
  base: Pick<Finding, 'group' | 'name' | 'cost'>,
  env: NodeJS.ProcessEnv,
  context: string | undefined,
): Promise<Finding> {
  try {
    const { clusterVersion } = await import('@wheelwright/runner');
    const { server, version } = await clusterVersion(env, { context, limit: LIMIT });
    return { ...base, status: 'here', version, detail: server };
  } catch (error) {
    return { ...base, status: 'broken', version: null, detail: (error as Error).message };
  }
}

/** Asks the project's store for an object that is not there: that says whether it can be reached and read. */
export async function findStore(url: string, base: string, signal: AbortSignal): Promise<Finding> {
  const finding = { group: 'store', name: 'store', version: null, cost: 'artifacts cannot be kept' } as const;
  try {
    const store = openStore(url, { base });
    await inTime((stop) => store.head('wheelwright-doctor', { signal: stop }), LIMIT, signal);
    return { ...finding, status: 'here', detail: url };
  } catch (error) {
    signal.throwIfAborted();
    return { ...finding, status: 'broken', detail: `${url}: ${(error as Error).message}` };
  }
}

/** Whether a file or folder is there. */
export function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
