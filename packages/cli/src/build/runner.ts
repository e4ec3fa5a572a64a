import { mkdir, realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Runner } from '@wheelwright/runner';
import type { ProjectFile } from '../config/load.js';
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
 * @throws {@link CliError} `usage` where a container is asked for, and no image named
 */
export async function chooseRunner(
  { tool, path, folder }: Pick<ProjectFile, 'tool' | 'path' | 'folder'>,
  settings: BuildSettings,
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
    const asked = Object.entries({ partition, account, qos, constraint, memory, cpus });
    const given = asked.filter(([, value]) => value !== undefined);
    return slurmRunner({ shared: await realpath(shared), ...Object.fromEntries(given) });
  }
  const { image } = settings;
  if (image === undefined) {
    throw new CliError('usage', `${path}: the runner docker needs to know the image`, {
      hint: 'name it: --image IMAGE, or tool.wheelwright.compile.image',
    });
  }
  const { engine = 'docker', network = false, memory, disk, cpus, pids } = tool.compile ?? {};
  const limits = { memory, disk, cpus, pids };
  const given = Object.entries(limits).filter(([, value]) => value !== undefined);
  return dockerRunner({ image, network, ...Object.fromEntries(given) }, engine);
}

/** Where toolchains, dependencies and work folders lie: on a cluster in what the nodes see. */
export function cacheOf(file: ProjectFile, settings: Pick<BuildSettings, 'runner'>, cache: string): string {
  return settings.runner === 'slurm' ? (sharedFolder(file) ?? cache) : cache;
}
