import { accessSync, constants } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { CompileEvent, CompileRequest } from '../request.js';
import type { Surroundings } from '../runner/runner.js';
import type { ToolContext } from '../runner/tool.js';
import { installPipPackage, type PipPackage } from './pip-package.js';

/** The PyPI packages that hold CMake and Ninja, for hosts that have none. */
export const CMAKE = {
  name: 'cmake',
  distribution: 'cmake',
  version: '3.31.10',
  sha256: {
    x86_64: '2f766bb46367e5e0559fa33184653754bce044583a06014dcaebf8e6dff8a1f1',
    aarch64: 'a4a5615f31f692c9b9aa8b365704e4b76172348af6fa40e16fea3f118bb01194',
  },
  program: ['cmake', 'data', 'bin', 'cmake'],
  versionArguments: ['--version'],
  missing: 'tool-missing',
  otherwise: "install it with this system's package manager",
} as const satisfies PipPackage;

export const NINJA = {
  name: 'ninja',
  distribution: 'ninja',
  version: '1.13.2',
  sha256: {
    x86_64: '65a24341b5ac09fcadcc37082660be40a94174e51a937fabf6e2cae26225fa2c',
    aarch64: 'd775a5e43e9088f507a6250d57fcf5678eb31268c545feb5064ffeee33735622',
  },
  program: ['bin', 'ninja'],
  versionArguments: ['--version'],
  missing: 'tool-missing',
  otherwise: "install it with this system's package manager",
} as const satisfies PipPackage;

type Environment = ToolContext['environment'];

/**
 * The environment of a build that uses CMake, with CMake in its PATH: the host's own where there is one, else one
 * that is installed into the cache, with Ninja where there is nothing that CMake could drive. An image is always
 * given both: what is in it isn't seen from here.
 *
 * @returns the environment, and the folders of what was installed
 * @throws {@link RunnerError} `python-missing`, `tool-missing`
 */
export async function withCMake(
  request: Pick<CompileRequest, 'build' | 'dependencies'>,
  cache: string,
  context: ToolContext & {
    readonly onEvent: (event: CompileEvent) => void;
    readonly place: Surroundings;
  },
): Promise<{ readonly environment: Environment; readonly readOnly: readonly string[] }> {
  const { environment, isolated } = context.place;
  if (!usesCMake(request)) return { environment, readOnly: [] };
  const has = (name: string): boolean => !isolated && hasProgram(name, environment);
  const lacking = [...(has('cmake') ? [] : [CMAKE]), ...(has('ninja') || has('make') ? [] : [NINJA])];
  const folders: string[] = [];
  for (const wanted of lacking) {
    const detail = `installing ${wanted.name} ${wanted.version}`;
    const onInstall = (): void => {
      context.onEvent({ kind: 'stage', stage: 'toolchain', detail });
    };
    folders.push(dirname(await installPipPackage(cache, wanted, { ...context, onInstall })));
  }
  if (folders.length === 0) return { environment, readOnly: [] };
  const readOnly = lacking.map(({ name, version }) => join(cache, name, version));
  return {
    environment: { ...environment, PATH: [environment['PATH'] ?? '', ...folders].join(delimiter) },
    readOnly,
  };
}

function usesCMake({ build, dependencies = [] }: Pick<CompileRequest, 'build' | 'dependencies'>): boolean {
  return [build, ...dependencies.map((dependency) => dependency.build)].some((each) => 'system' in each);
}

/** Whether a program is on the PATH of an environment. */
export function hasProgram(name: string, environment: Environment): boolean {
  return (environment['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
