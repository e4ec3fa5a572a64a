import { join } from 'node:path';
import { repositoryRoot } from '@wheelwright/testing';
import { execa, type ResultPromise } from 'execa';

/** Starts the built command line as a process of its own; what it ends with is a result, also a failure. */
export function startWheelwright(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): ResultPromise<{ reject: false }> {
  return execa(process.execPath, [join(repositoryRoot, 'packages/cli/bin/wheelwright.js'), ...args], {
    cwd: folder,
    env: { ...env, GIT_CEILING_DIRECTORIES: folder, NODE_OPTIONS: '' },
    reject: false,
  });
}
