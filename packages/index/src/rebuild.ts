import type { Store } from '@wheelwright/store';
import { listContents, type ProjectObjects } from './contents.js';
import { IndexError } from './error.js';
import { keys } from './name.js';
import { objectSource } from './object-source.js';
import { fileUrl, parseProjectPage, parseRootPage, projectPage, rootPage, type IndexFile } from './page.js';
import { digestOfObject, versionOf } from './publish.js';
import { readObject, updateProjectPage, updateRootPage } from './store-page.js';
import { readWheelFacts } from './wheel-facts.js';

/** What a rebuild found. @public */
export interface Rebuilt {
  readonly projects: readonly string[];
  readonly files: number;
  /** Wheels that can't be read, and so are in no page. */
  readonly refused: readonly { readonly key: string; readonly message: string }[];
}

/**
 * Makes all pages again from the wheels that lie there, with their METADATA beside them. What only the old pages know is
 * kept where they can be read: what was yanked, and when a file was uploaded.
 * @throws IndexError `busy`; StoreError
 * @public
 */
export async function rebuildIndex(
  store: Store,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Rebuilt> {
  const before = await knownProjects(store, signal);
  const { projects } = await listContents(store, signal);
  const refused: { key: string; message: string }[] = [];
  const names: string[] = [];
  let count = 0;
  for (const [project, objects] of projects) {
    const known = await knownFiles(store, project, signal);
    const files = await readFiles(store, project, objects, known, refused, signal);
    await updateProjectPage(
      store,
      keys.project(project),
      (now) => {
        // What was published while the wheels were read is kept.
        const newer = (now?.files ?? []).filter(
          ({ filename }) => !known.has(filename) && !objects.wheels.has(filename),
        );
        return projectPage(
          project,
          [...files, ...newer].map((file) => ({ version: versionOf(file), file })),
        );
      },
      { signal },
    );
    count += files.length;
    if (files.length > 0) names.push(project);
  }
  await updateRootPage(
    store,
    keys.root,
    (now) => {
      const newer = (now?.projects ?? []).map(({ name }) => name).filter((name) => !before.includes(name));
      return rootPage([...names, ...newer]);
    },
    { signal },
  );
  return { projects: names, files: count, refused };
}

async function readFiles(
  store: Store,
  project: string,
  { wheels }: ProjectObjects,
  known: ReadonlyMap<string, IndexFile>,
  refused: { key: string; message: string }[],
  signal: AbortSignal | undefined,
): Promise<readonly IndexFile[]> {
  const files: IndexFile[] = [];
  for (const [filename, { key, size, modified }] of wheels) {
    const source = await objectSource(store, key, signal);
    if (source === undefined) continue;
    try {
      const facts = await readWheelFacts(source, filename);
      if (facts.project !== project) throw new IndexError('bad-wheel', `it belongs to ${facts.project}`);
      const sha256 = await digestOfObject(store, key, signal);
      if (sha256 === undefined) continue;
      await store.put(keys.metadata(project, filename), facts.metadata, {
        contentType: 'text/plain; charset=utf-8',
        signal,
      });
      files.push({
        filename,
        url: fileUrl(filename),
        hashes: { sha256 },
        ...(facts.requiresPython === undefined ? {} : { 'requires-python': facts.requiresPython }),
        'core-metadata': { sha256: facts.metadataSha256 },
        size,
        'upload-time': known.get(filename)?.['upload-time'] ?? modified.toISOString(),
        yanked: known.get(filename)?.yanked ?? false,
      });
    } catch (error) {
      if (!(error instanceof IndexError)) throw error;
      refused.push({ key, message: error.message });
    }
  }
  return files;
}

/** What the page says now; nothing where it can't be understood. */
async function knownFiles(
  store: Store,
  project: string,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, IndexFile>> {
  const { json } = keys.project(project);
  const read = await readObject(store, json, { signal });
  try {
    const files = read === undefined ? [] : parseProjectPage(read.bytes, json).files;
    return new Map(files.map((file) => [file.filename, file]));
  } catch (error) {
    if (!(error instanceof IndexError) || read === undefined) throw error;
    // Only this very version goes: a rebuild is what the error asks for.
    await store.delete(json, { ifMatch: read.etag, signal });
    return new Map();
  }
}

async function knownProjects(store: Store, signal: AbortSignal | undefined): Promise<readonly string[]> {
  const { json } = keys.root;
  const read = await readObject(store, json, { signal });
  try {
    return read === undefined ? [] : parseRootPage(read.bytes, json).projects.map(({ name }) => name);
  } catch (error) {
    if (!(error instanceof IndexError) || read === undefined) throw error;
    await store.delete(json, { ifMatch: read.etag, signal });
    return [];
  }
}
