import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildEnvironment } from '../build/environment.js';
import { planSteps } from '../build/steps.js';
import { hostTools, type Workshop } from '../build/workshop.js';
import { hashOf } from '../digest.js';
import { withLock } from '../lock.js';
import { substituteAll } from '../placeholder.js';
import type { DependencySource, StaticDependency } from '../request.js';
import type { JobResult } from '../runner/runner.js';
import { tripletOf } from '../toolchain/machine.js';
import { pinOf, provideMaterial } from '../source/material.js';
import { collectLicenses } from './licenses.js';

/** A dependency that is installed in the cache. */
export interface ProvidedDependency {
  readonly name: string;
  readonly version: string;
  readonly source: DependencySource;
  readonly license: string | undefined;
  /** Whether it was there before. */
  readonly cached: boolean;
  readonly key: string;
  /** Where `include/` and `lib/` are. */
  readonly prefix: string;
  /** The folder of its licence files, and their paths in it. */
  readonly licenseFolder: string;
  readonly licenses: readonly string[];
}

/** Changed whenever the layout or the rules below change: older builds aren't found any more. */
const LAYOUT = 1;

/**
 * The key of a built dependency: everything that decides its bytes, its own dependencies included.
 */
export function dependencyKey(
  dependency: StaticDependency,
  toolchain: string,
  earlier: readonly Pick<ProvidedDependency, 'key'>[],
): string {
  const { name, version, source, origin, subfolder, build, env, licenses } = dependency;
  const pin = pinOf(source, origin);
  const keys = earlier.map(({ key }) => key);
  return hashOf([
    LAYOUT,
    name,
    version,
    pin,
    subfolder ?? '.',
    build,
    env ?? {},
    licenses ?? [],
    toolchain,
    keys,
  ]);
}

/**
 * Takes a dependency from the cache, or builds it there. It's installed where it stays, because installed files
 * name their own folder (pkg-config, CMake); a record written last says that it's complete.
 *
 * @param earlier - the dependencies before it, which it may link with
 * @returns the dependency, or how its build failed
 * @throws {@link RunnerError} when its source can't be had or isn't what was pinned
 */
export async function provideDependency(
  dependency: StaticDependency,
  earlier: readonly ProvidedDependency[],
  workshop: Workshop,
): Promise<ProvidedDependency | Exclude<JobResult, { status: 'done' }>> {
  const { name, version } = dependency;
  const key = dependencyKey(dependency, workshop.toolchain.identity, earlier);
  const folder = join(workshop.cache, 'dependencies', `${name}-${version}-${key.slice(0, 16)}`);
  const record = join(folder, 'dependency.json');
  const provided = async (cached: boolean): Promise<ProvidedDependency> => {
    const { licenses } = JSON.parse(await readFile(record, 'utf8')) as { licenses: string[] };
    const places = { prefix: join(folder, 'prefix'), licenseFolder: join(folder, 'licenses') };
    const { source, license } = dependency;
    return { name, version, source, license, cached, key, ...places, licenses };
  };
  if (existsSync(record)) return provided(true);
  const lock = join(workshop.cache, 'locks', `dependency-${key.slice(0, 16)}.lock`);
  return withLock(
    lock,
    async () => {
      if (existsSync(record)) return provided(true);
      workshop.onEvent({ kind: 'stage', stage: 'dependency', detail: `${name} ${version}` });
      await rm(folder, { recursive: true, force: true });
      try {
        const outcome = await build(dependency, folder, earlier, workshop);
        if (!Array.isArray(outcome)) return outcome;
        await writeFile(
          `${record}.draft`,
          `${JSON.stringify({ name, version, key, licenses: outcome }, null, 2)}\n`,
        );
        await rename(`${record}.draft`, record);
      } finally {
        await rm(join(folder, 'work'), { recursive: true, force: true });
        if (!existsSync(record)) await rm(folder, { recursive: true, force: true });
      }
      return provided(false);
    },
    { signal: workshop.signal },
  );
}

/** @returns the paths of its licences, or how the build failed */
async function build(
  dependency: StaticDependency,
  folder: string,
  earlier: readonly ProvidedDependency[],
  workshop: Workshop,
): Promise<string[] | Exclude<JobResult, { status: 'done' }>> {
  const { name, version, origin } = dependency;
  const prefix = join(folder, 'prefix');
  const [toolchainFolder, temporary] = [join(folder, 'work', 'toolchain'), join(folder, 'work', 'tmp')];
  for (const path of [prefix, toolchainFolder, temporary]) await mkdir(path, { recursive: true });
  const source = await provideMaterial(
    dependency.source,
    dependency,
    join(folder, 'work', 'source'),
    { missing: 'bad-archive' },
    { ...hostTools(workshop), cache: workshop.cache },
  );
  const licenses = await collectLicenses(dependency, source, join(folder, 'licenses'));
  const equipment = await workshop.toolchain.equip({
    folder: toolchainFolder,
    prefixes: earlier.map((other) => other.prefix).reverse(),
    names: [{ path: folder, name: `/${name}-${version}` }],
    launcher: workshop.launcher,
  });
  const placeholders = {
    source,
    prefix,
    jobs: String(workshop.jobs),
    target: workshop.target.tag,
    triplet: tripletOf(workshop.target),
    ...equipment.tools,
  };
  const declared = substituteAll(dependency.env ?? {}, placeholders, `${origin}.env`);
  const env = buildEnvironment({ caller: workshop.environment, equipment, declared, temporary });
  const steps = planSteps({
    build: dependency.build,
    origin,
    source,
    equipment,
    env,
    placeholders,
    jobs: workshop.jobs,
    generator: workshop.generator,
    installTo: prefix,
  });
  const result = await workshop.run({
    steps: steps.map((step) => ({ ...step, name: `${name}: ${step.name}` })),
    workspace: folder,
    readOnly: [...workshop.reads.readOnly, ...earlier.map((other) => other.prefix)],
    scratch: workshop.reads.scratch,
    results: [{ folder: prefix }],
  });
  return result.status === 'done' ? licenses : result;
}
