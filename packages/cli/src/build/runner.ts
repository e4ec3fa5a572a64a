import type { Runner } from '@wheelwright/runner';
import type { ProjectFile } from '../config/load.js';
import { CliError } from '../error.js';
import type { BuildSettings } from './settings.js';

/**
 * Where a project is compiled.
 *
 * @throws {@link CliError} `usage` where a container is asked for, and no image named
 */
export async function chooseRunner({ tool, path }: ProjectFile, settings: BuildSettings): Promise<Runner> {
  const { dockerRunner, localRunner } = await import('@wheelwright/runner');
  if (settings.runner === 'local') return localRunner;
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
