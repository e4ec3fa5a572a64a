import { join } from 'node:path';
import { repositoryRoot } from '@wheelwright/testing';
import { execa, type ResultPromise } from 'execa';

/** How every process of the tests is started. */
interface StartOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly reject: false;
}

/** Starts the built command line as a process of its own; what it ends with is a result, also a failure. */
export function startWheelwright(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  program: 'wheelwright' | 'wheelwright-artifact' = 'wheelwright',
): ResultPromise<StartOptions> {
  const options: StartOptions = {
    cwd: folder,
    env: { ...env, GIT_CEILING_DIRECTORIES: folder, NODE_OPTIONS: '' },
    reject: false,
  };
  return execa(process.execPath, [join(repositoryRoot, `packages/cli/bin/${program}.js`), ...args], options);
}
