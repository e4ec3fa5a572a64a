import { readFile } from 'node:fs/promises';
import { identifyBuild, type BuildIdentity, type IdentifyOptions } from '@wheelwright/artifact';
import type { CommandContext } from '../command.js';

/**
 * What a build in a folder of this machine is: what was said of it, else what the environment, git and this system say.
 *
 * @param folder - absolute
 */
export function identifyHere(
  folder: string,
  said: Pick<IdentifyOptions, 'commit' | 'git' | 'os' | 'commitVariables'>,
  { host, signal }: Pick<CommandContext, 'host' | 'signal'>,
): Promise<BuildIdentity> {
  return identifyBuild({
    folder,
    environment: host.env,
    platform: process.platform,
    readText: (path) => readFile(path, 'utf8').catch(() => undefined),
    signal,
    ...said,
  });
}
