import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { pushArtifact, type ArtifactId } from '@wheelwright/artifact';
import type { LinkedDependency } from '@wheelwright/runner';
import { openStore } from '@wheelwright/store';
import type { CommandContext } from '../command.js';
import type { ProjectFile } from '../config/load.js';
import { identifyHere } from '../identify/identify-here.js';
import { version } from '../version.js';
import { dependencySbom } from './dependency-sbom.js';
import type { BuildSettings } from './settings.js';

/** Files of a build that an artifact keeps. */
export interface BuildProducts {
  /** The first is the artifact's own library, the others go along with it. */
  readonly libraries: readonly { readonly name: string; readonly path: string }[];
  readonly licenses: readonly { readonly name: string; readonly path: string }[];
  /** Static dependencies that were linked in: their SBOM goes along. */
  readonly dependencies: readonly LinkedDependency[];
  /** The archive of the source tree, where it's to be kept. */
  readonly snapshot?: { readonly path: string };
  readonly variant: string;
  /** The platform tag that was compiled for; undefined for what belongs to this machine. */
  readonly compiledFor: string | undefined;
  /** `cp311` for libraries of one Python. */
  readonly python: string | null;
}

/**
 * Pushes the libraries and licences of a build under its commit, operating system, variant and linking.
 * Without a commit there is nothing to name it by: it is skipped with a warning.
 *
 * @returns the artifact's URL, or null where it was skipped
 * @throws ArtifactError `conflict` where other bytes lie under the same identity
 */
export async function keepArtifact(
  products: BuildProducts,
  { folder, tool, project }: ProjectFile,
  settings: BuildSettings,
  context: CommandContext,
): Promise<string | null> {
  const { reporter, signal } = context;
  const [library, ...others] = products.libraries;
  if (library === undefined) return null;
  const identity = await identifyHere(
    folder,
    { os: products.compiledFor, commitVariables: tool.identity['commit-env'] },
    context,
  );
  const { commit, os, dirty, notes } = identity;
  const skip = (hint: string): null => {
    reporter.warn(`the artifact is not kept: ${hint}`);
    return null;
  };
  if (!commit.found) return skip(commit.hint);
  if (!os.found) return skip(os.hint);
  for (const note of notes) reporter.warn(note);
  const id: ArtifactId = {
    commit: commit.value,
    os: os.value,
    variant: products.variant,
    linking: settings.linking,
    branch: null,
    python: products.python,
  };
  const store = openStore(settings.store);
  const built = await describeSources(products, project);
  const { artifact } = await pushArtifact(store, {
    id,
    library: { path: library.path, name: basename(library.name) },
    files: [
      ...others.map(({ name, path }) => ({ name, path, role: 'dependency' as const })),
      ...built.map((each) => ({ ...each, role: 'dependency' as const })),
      ...products.licenses.map(({ name, path }) => ({ name, path, role: 'license' as const })),
    ],
    // What a changed tree gives is nobody's release: the next build of it may replace it.
    replace: dirty === true,
    tool: `wheelwright ${version}`,
    created: new Date(),
    signal,
  });
  return artifact.url;
}

/** Files that say what the libraries were made of: the SBOM, written beside the first library, and the snapshot. */
async function describeSources(
  { libraries: [library], dependencies, snapshot }: BuildProducts,
  project: ProjectFile['project'],
): Promise<{ readonly name: string; readonly path: string }[]> {
  const name = `${project.name}-${project.version}`;
  const files = snapshot === undefined ? [] : [{ name: `sources/${name}.zip`, path: snapshot.path }];
  if (library === undefined || dependencies.length === 0) return files;
  const path = `${library.path}.cdx.json`;
  const wheel = { distribution: project.name, version: project.version };
  await writeFile(path, dependencySbom(wheel, dependencies));
  return [...files, { name: `sboms/${name}.cdx.json`, path }];
}
