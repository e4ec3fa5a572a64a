import { randomUUID } from 'node:crypto';
import { mkdir, realpath, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { checkSource } from './check-request.js';
import { publish, refuseExisting } from './destination.js';
import { withContext } from './error.js';
import { selectLibraries } from './libraries.js';
import type { CompileOptions, LibrarySelection, OutputFile, SourceRequest } from './request.js';
import { describeMaterial } from './source/material.js';
import { prepareSource } from './source/prepare.js';

/** Libraries that were built elsewhere. */
export interface CollectedLibraries {
  readonly outputs: readonly OutputFile[];
  /** sha256 of the merged tree that they were taken from. */
  readonly treeHash: string;
}

/**
 * Takes libraries that are built already out of a source: a published wheel, an archive, a commit, with overlays,
 * removals and patches as for a build. `destination` appears complete or not at all.
 *
 * @throws {@link RunnerError} see its codes; the signal's reason where it's cancelled
 */
export async function collectLibraries(
  { source, outputs }: { readonly source: SourceRequest; readonly outputs: readonly LibrarySelection[] },
  options: Pick<CompileOptions, 'cache' | 'destination' | 'signal' | 'onEvent' | 'environment'>,
): Promise<CollectedLibraries> {
  const { destination, signal, environment = process.env, onEvent } = options;
  let work: string | undefined;
  try {
    checkSource(source);
    refuseExisting(destination);
    await mkdir(join(options.cache, 'work'), { recursive: true });
    const cache = await realpath(options.cache);
    work = join(cache, 'work', `collect-${randomUUID()}`);
    await mkdir(work);
    onEvent?.({ kind: 'stage', stage: 'source', detail: describeMaterial(source, source.origin) });
    const tree = join(work, 'source');
    const exclude = [...(source.exclude ?? []), cache, destination];
    const treeHash = await prepareSource({ ...source, exclude }, tree, { environment, signal, cache });
    onEvent?.({ kind: 'stage', stage: 'collect', detail: destination });
    const libraries = await selectLibraries(tree, outputs);
    const log = join(work, 'build.log');
    await writeFile(log, `${describeMaterial(source, source.origin)}\nsource tree: sha256 ${treeHash}\n`);
    await mkdir(dirname(destination), { recursive: true });
    const { outputs: published } = await publish({ libraries, dependencies: [], log }, destination, signal);
    return { outputs: published, treeHash };
  } catch (error) {
    signal?.throwIfAborted();
    throw withContext(error);
  } finally {
    if (work !== undefined) await rm(work, { recursive: true, force: true });
  }
}
