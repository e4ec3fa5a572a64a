import { delimiter, dirname, join } from 'node:path';
import type { CompileEvent, CompileRequest, SystemBuild } from '../request.js';
import type { Surroundings } from '../runner/runner.js';
import { runTool, type ToolContext } from '../runner/tool.js';
import { findProgram } from './find-program.js';
import { installPipPackage, type PipPackage } from './pip-package.js';

/** The PyPI packages that hold CMake, Ninja and Meson, for hosts that have none. */
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

/** Pure Python: what is installed is a library, and this its program. */
const MESON_LAUNCHER = `#!/usr/bin/env python3
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
from mesonbuild.mesonmain import main

sys.exit(main())
`;

export const MESON = {
  name: 'meson',
  distribution: 'meson',
  version: '1.10.2',
  sha256: { any: '5f84ef186e6e788d9154db63620fc61b3ece69f643b94b43c8b9203c43d89b36' },
  program: ['bin', 'meson'],
  launcher: MESON_LAUNCHER,
  versionArguments: ['--version'],
  missing: 'tool-missing',
  otherwise: "install it with this system's package manager",
} as const satisfies PipPackage;

type Environment = ToolContext['environment'];

/** The first Meson that knows zig's linker. */
const OLDEST_MESON = [1, 6] as const;

/**
 * The environment of a build with its build systems in its PATH: the host's own where they are (and Meson is new
 * enough for zig), else those that are installed into the cache, with Ninja where there is nothing that CMake or Meson could drive. An image is always
 * given all of them: what is in it isn't seen from here. (Meson needs the image's Python 3.)
 *
 * @returns the environment, and the folders of what was installed
 * @throws {@link RunnerError} `python-missing`, `tool-missing`
 */
export async function withBuildTools(
  request: Pick<CompileRequest, 'build' | 'dependencies'>,
  cache: string,
  context: ToolContext & {
    readonly onEvent: (event: CompileEvent) => void;
    readonly place: Surroundings;
  },
): Promise<{ readonly environment: Environment; readonly readOnly: readonly string[] }> {
  const { environment, isolated } = context.place;
  const systems = systemsOf(request);
  const meson = systems.has('meson') && !isolated && (await hasMeson(environment, context));
  const has = (name: string): boolean =>
    !isolated && (name === 'meson' ? meson : findProgram(name, environment) !== undefined);
  const lacking = neededTools(systems, has);
  const [first, folders]: [string[], string[]] = [[], []];
  for (const wanted of lacking) {
    const detail = `installing ${wanted.name} ${wanted.version}`;
    const onInstall = (): void => {
      context.onEvent({ kind: 'stage', stage: 'toolchain', detail });
    };
    const folder = dirname(await installPipPackage(cache, wanted, { ...context, onInstall }));
    // Before the host's, which is too old; the others only fill gaps.
    if (wanted === MESON) first.push(folder);
    else folders.push(folder);
  }
  if (lacking.length === 0) return { environment, readOnly: [] };
  const readOnly = lacking.map(({ name, version }) => join(cache, name, version));
  return {
    environment: { ...environment, PATH: [...first, environment['PATH'] ?? '', ...folders].join(delimiter) },
    readOnly,
  };
}

async function hasMeson(environment: Environment, { signal }: ToolContext): Promise<boolean> {
  if (findProgram('meson', environment) === undefined) return false;
  const { stdout } = await runTool('meson', ['--version'], { environment, signal, folder: '/', hint: '' });
  const [major = 0, minor = 0] = stdout.split('.').map(Number);
  return major > OLDEST_MESON[0] || (major === OLDEST_MESON[0] && minor >= OLDEST_MESON[1]);
}

/** Which packages a build needs that its place doesn't have. */
function neededTools(
  systems: ReadonlySet<SystemBuild['system']>,
  has: (program: string) => boolean,
): PipPackage[] {
  const [cmake, meson] = [systems.has('cmake'), systems.has('meson')];
  // CMake is content with make.
  const ninja = (meson && !has('ninja')) || (cmake && !has('ninja') && !has('make'));
  return [
    ...(cmake && !has('cmake') ? [CMAKE] : []),
    ...(meson && !has('meson') ? [MESON] : []),
    ...(ninja ? [NINJA] : []),
  ];
}

function systemsOf({
  build,
  dependencies = [],
}: Pick<CompileRequest, 'build' | 'dependencies'>): ReadonlySet<SystemBuild['system']> {
  const builds = [build, ...dependencies.map((dependency) => dependency.build)];
  return new Set(builds.flatMap((each) => ('system' in each ? [each.system] : [])));
}
