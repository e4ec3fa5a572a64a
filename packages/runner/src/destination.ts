import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ProvidedDependency } from './dependency/provide.js';
import { RunnerError } from './error.js';
import type { SelectedLibrary } from './libraries.js';
import type { CompiledResult, OutputFile } from './request.js';

/** The files of a result, before they're in their destination. */
export interface Result {
  readonly libraries: readonly SelectedLibrary[];
  readonly dependencies: readonly ProvidedDependency[];
  readonly log: string;
  readonly snapshot?: string | undefined;
}

/** @throws {@link RunnerError} `destination-exists` */
export function refuseExisting(destination: string): void {
  if (!existsSync(destination)) return;
  throw new RunnerError('destination-exists', `${destination} exists already`, {
    hint: 'a result is never mixed with an older one: name a folder that is not there yet',
  });
}

/**
 * Copies a result into its destination: `libraries/`, `licenses/DEPENDENCY/`, `source.zip`, `build.log`. All is written into
 * a folder beside it, which then gets the name: the destination is complete or not there.
 */
export async function publish(
  result: Result,
  destination: string,
  signal: AbortSignal | undefined,
): Promise<Pick<CompiledResult, 'outputs' | 'licenses' | 'log' | 'snapshot'>> {
  const draft = join(dirname(destination), `.${basename(destination)}-${randomUUID()}`);
  const copy = async (from: string, ...to: string[]): Promise<string> => {
    signal?.throwIfAborted();
    const path = join(draft, ...to);
    await mkdir(dirname(path), { recursive: true });
    await copyFile(from, path);
    return join(destination, ...to);
  };
  try {
    const outputs = [];
    for (const { name, path } of result.libraries) {
      const published = await copy(path, 'libraries', name);
      outputs.push({ name, path: published, size: (await stat(path)).size });
    }
    const licenses = [];
    for (const { name: dependency, licenseFolder, licenses: files } of result.dependencies) {
      for (const file of files) {
        const path = await copy(join(licenseFolder, file), 'licenses', dependency, file);
        licenses.push({ name: `${dependency}/${file}`, path, dependency });
      }
    }
    const log = await copy(result.log, 'build.log');
    const snapshot = result.snapshot === undefined ? {} : { snapshot: await describe(result.snapshot, copy) };
    refuseExisting(destination);
    await rename(draft, destination);
    return { outputs, licenses, log, ...snapshot };
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function describe(
  snapshot: string,
  copy: (from: string, to: string) => Promise<string>,
): Promise<OutputFile> {
  const name = basename(snapshot);
  return { name, path: await copy(snapshot, name), size: (await stat(snapshot)).size };
}
