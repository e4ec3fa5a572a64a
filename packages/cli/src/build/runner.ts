import { mkdir, realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Runner } from '@wheelwright/runner';
import type { ProjectFile } from '../config/load.js';
import type { ToolTable } from '../config/schema.js';
import { CliError } from '../error.js';
import type { BuildSettings } from './settings.js';

/** The folder that a cluster's nodes share with this host: everything of a build lies in it. */
export function sharedFolder({
  tool,
  folder,
}: Pick<ProjectFile, 'tool' | 'path' | 'folder'>): string | undefined {
  const shared = tool.compile?.shared;
  return shared === undefined ? undefined : resolve(folder, shared);
}

/**
 * Where a project is compiled.
 *
 * @param cache - the folder below which everything of a build lies
 * @throws {@link CliError} `usage` where a container is asked for, and no image named
 */
export async function chooseRunner(
  { tool, path, folder }: Pick<ProjectFile, 'tool' | 'path' | 'folder'>,
  settings: BuildSettings,
  cache: string,
): Promise<Runner> {
  const { dockerRunner, localRunner, slurmRunner } = await import('@wheelwright/runner');
  if (settings.runner === 'local') return localRunner;
  if (settings.runner === 'slurm') {
    const shared = sharedFolder({ tool, path, folder });
    if (shared === undefined) {
      throw new CliError('usage', `${path}: the runner slurm needs a folder that the nodes see, too`, {
        hint: 'name it: tool.wheelwright.compile.shared = "/shared/wheelwright"',
      });
    }
    await mkdir(shared, { recursive: true });
    const { partition, account, qos, constraint, memory, cpus } = tool.compile ?? {};
    const asked = given({ partition, account, qos, constraint, memory, cpus });
    return slurmRunner({ shared: await realpath(shared), ...asked });
  }
  const { image } = settings;
  if (image === undefined) {
    throw new CliError('usage', `${path}: the runner ${settings.runner} needs to know the image`, {
      hint: 'name it: --image IMAGE, or tool.wheelwright.compile.image',
    });
  }
  if (settings.runner === 'kubernetes') return clusterRunner(tool, settings, image, cache);
  const { engine = 'docker', network = false, memory, disk, cpus, pids } = tool.compile ?? {};
  return dockerRunner({ image, network, ...given({ memory, disk, cpus, pids }) }, engine);
}

/** Pods, to which sources go through the store, and from which results come back through it. */
async function clusterRunner(
  { compile }: ToolTable,
  { store }: BuildSettings,
  image: string,
  cache: string,
): Promise<Runner> {
  const [{ kubernetesRunner }, { openTransfer }] = await Promise.all([
    import('@wheelwright/runner'),
    import('./transfer.js'),
  ]);
  await mkdir(cache, { recursive: true });
  const { namespace, context, memory, disk, cpus } = compile ?? {};
  const asked = given({
    ...{ namespace, context, memory, disk, cpus },
    transferImage: compile?.['transfer-image'],
    pullPolicy: compile?.['pull-policy'],
    pullSecrets: compile?.['pull-secrets'],
    nodeSelector: compile?.['node-selector'],
    hostNetwork: compile?.['host-network'],
  });
  return kubernetesRunner({ image, root: await realpath(cache), ...asked }, openTransfer(store));
}

/** The settings that a project has said: a runner has defaults for the others. */
function given<T extends object>(settings: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const said = Object.entries(settings).filter(([, value]) => value !== undefined);
  return Object.fromEntries(said) as { [K in keyof T]?: NonNullable<T[K]> };
}

/** Where toolchains, dependencies and work folders lie: on a cluster in what the nodes see. */
export function cacheOf(file: ProjectFile, settings: Pick<BuildSettings, 'runner'>, cache: string): string {
  return settings.runner === 'slurm' ? (sharedFolder(file) ?? cache) : cache;
}
