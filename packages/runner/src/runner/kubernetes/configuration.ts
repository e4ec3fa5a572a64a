import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import type * as Kubernetes from '@kubernetes/client-node';
import { reasonOf, RunnerError } from '../../error.js';
import type { Surroundings } from '../runner.js';

/**
 * Reads the files that kubectl would read: those of KUBECONFIG, or `~/.kube/config`, or in a pod its own account's.
 *
 * @param context - the one to use instead of the current one
 * @throws {@link RunnerError} `engine-missing` where there are none, or none that can be read; `bad-request` for a
 *   context that they don't have
 */
export async function loadConfiguration(
  { KubeConfig }: Pick<typeof Kubernetes, 'KubeConfig'>,
  environment: Surroundings['environment'],
  context: string | undefined,
): Promise<Kubernetes.KubeConfig> {
  const { KUBECONFIG = '', HOME = homedir(), KUBERNETES_SERVICE_HOST } = environment;
  const named = KUBECONFIG === '' ? [join(HOME, '.kube', 'config')] : KUBECONFIG.split(delimiter);
  const files = named.filter((file) => file !== '' && existsSync(file));
  const config = new KubeConfig();
  const hint = 'point KUBECONFIG at the configuration of a cluster, or compile with --runner local';
  try {
    if (files.length > 0) {
      for (const file of files) {
        const one = new KubeConfig();
        one.loadFromFile(file);
        if (config.contexts.length === 0) config.loadFromFile(file);
        else config.mergeConfig(one, true);
      }
    } else if (KUBERNETES_SERVICE_HOST !== undefined) config.loadFromCluster();
    else throw new RunnerError('engine-missing', `there is no kubeconfig: ${named.join(', ')}`, { hint });
  } catch (cause) {
    if (cause instanceof RunnerError) throw cause;
    const message = `the kubeconfig ${files.join(', ')} can't be read: ${reasonOf(cause)}`;
    throw new RunnerError('engine-missing', message, { hint, cause });
  }
  if (context !== undefined) {
    if (config.getContextObject(context) === null) {
      const known = config.contexts.map(({ name }) => name).join(', ');
      throw new RunnerError('bad-request', `the kubeconfig has no context '${context}'`, {
        hint: `it has ${known}`,
      });
    }
    config.setCurrentContext(context);
  }
  if (config.getCurrentCluster() === null) {
    throw new RunnerError('engine-missing', `the kubeconfig ${files.join(', ')} names no cluster`, { hint });
  }
  return Promise.resolve(config);
}
