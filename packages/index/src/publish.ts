import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { StoreError, type Store } from '@wheelwright/store';
import { openFile } from '@wheelwright/wheel';
import { IndexError } from './error.js';
import { keys, normaliseProject } from './name.js';
import { fileUrl, projectPage, rootPage, type IndexFile, type ProjectPage } from './page.js';
import { updateProjectPage, updateRootPage } from './store-page.js';
import { checkWheel } from './wheel-check.js';
import { readWheelFacts, type WheelFacts } from './wheel-facts.js';

/** @public */
export interface PublishRequest {
  /** The wheel's path; its file name is the one that is published. */
  readonly path: string;
  /** For the field `upload-time`. */
  readonly uploaded: Date;
  /** Whether the wheel is verified before anybody sees it, as `wheelwright verify` does (true). */
  readonly verify?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

/** What was published. @public */
export interface Published {
  /** `unchanged`: the same bytes were in the index already. */
  readonly status: 'published' | 'unchanged';
  readonly project: string;
  readonly file: IndexFile;
  /** The wheel's own address in the store. */
  readonly url: string;
  /** The address at which anybody gets it, if the bucket is public. */
  readonly publicUrl: string | undefined;
  readonly warnings: readonly string[];
}

/** What the public index takes without asking. */
const publicLimit = 100 * 1024 * 1024;

/**
 * Publishes a wheel: the wheel itself, its METADATA beside it (PEP 658, 714), and then the pages of the project and the
 * index, JSON (PEP 691, 700) and HTML (PEP 503). Done again, it completes what a publisher that died has begun.
 * @throws IndexError `bad-wheel`, `conflict` where another wheel has this name, `malformed-page`, `busy`; StoreError
 * @public
 */
export async function publishWheel(store: Store, request: PublishRequest): Promise<Published> {
  const { path, signal, verify = true } = request;
  const source = await openFile(path);
  let facts: WheelFacts;
  try {
    facts = await readWheelFacts(source, path);
  } finally {
    await source.close();
  }
  // The wheel is verified while its bytes travel: so it's read from the disk once, and seen when it's known to be sound.
  const verified = verify ? checkWheel(path, signal) : Promise.resolve();
  verified.catch(() => undefined);
  const { project, filename } = facts;
  const key = keys.file(project, filename);
  const { isNew, size, sha256 } = await putOnce(store, key, verified, request);
  await putMetadata(store, facts, signal);
  const file: IndexFile = {
    filename,
    url: fileUrl(filename),
    hashes: { sha256 },
    ...(facts.requiresPython === undefined ? {} : { 'requires-python': facts.requiresPython }),
    'core-metadata': { sha256: facts.metadataSha256 },
    size,
    'upload-time': request.uploaded.toISOString(),
    yanked: false,
  };
  const page = await updateProjectPage(
    store,
    keys.project(project),
    (before) => withFile(before, facts, file),
    {
      signal,
    },
  );
  await updateRootPage(
    store,
    keys.root,
    (before) => {
      if (before?.projects.some(({ name }) => name === project) === true) return before;
      return rootPage([...(before?.projects ?? []).map(({ name }) => name), project]);
    },
    { signal },
  );
  return {
    status: isNew ? 'published' : 'unchanged',
    project,
    file: page.files.find((published) => published.filename === filename) ?? file,
    url: store.urlOf(key),
    publicUrl: await store.publicUrl(key, { signal }),
    warnings: size > publicLimit ? [sizeWarning(size, facts)] : [],
  };
}

/** The page with a file more; the same object where it has this very file. */
function withFile(
  before: ProjectPage | undefined,
  { project, version }: WheelFacts,
  file: IndexFile,
): ProjectPage {
  const there = before?.files.find(({ filename }) => filename === file.filename);
  if (before !== undefined && there?.hashes.sha256 === file.hashes.sha256) return before;
  if (there !== undefined) {
    throw new IndexError('conflict', `The index names another wheel ${file.filename}.`, {
      hint: 'Give the new one another version or build number.',
    });
  }
  const others = (before?.files ?? []).map((known) => ({ version: versionOf(known), file: known }));
  return projectPage(project, [...others, { version, file }]);
}

/** The version in a published file's name. */
export function versionOf({ filename }: Pick<IndexFile, 'filename'>): string {
  return filename.split('-')[1] ?? '';
}

/** Writes a wheel under a name that nobody has; the same bytes under it are welcome. */
async function putOnce(
  store: Store,
  key: string,
  verified: Promise<void>,
  { path, signal, onProgress }: PublishRequest,
): Promise<Digested & { readonly isNew: boolean }> {
  try {
    const written = await store.put(
      key,
      { file: path },
      {
        ifNoneMatch: '*',
        keepDigest: true,
        confirmation: verified,
        contentType: 'application/octet-stream',
        signal,
        onProgress,
      },
    );
    return { size: written.size, sha256: written.sha256, isNew: true };
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'precondition-failed') throw error;
  }
  const [there, ours] = await Promise.all([
    digestOfObject(store, key, signal),
    digestOf(path, signal),
    verified,
  ]);
  if (there === ours.sha256) return { ...ours, isNew: false };
  throw new IndexError(
    'conflict',
    `Another wheel was published as ${key}: its sha256 is ${there}, ours ${ours.sha256}.`,
    {
      hint: 'Give the new one another version or build number: installers have cached the old one by its name.',
    },
  );
}

/** METADATA follows from the wheel: whatever lies there may be replaced. */
async function putMetadata(store: Store, facts: WheelFacts, signal: AbortSignal | undefined): Promise<void> {
  const key = keys.metadata(facts.project, facts.filename);
  const there = await store.head(key, { signal });
  if (there?.sha256 === facts.metadataSha256) return;
  await store.put(key, facts.metadata, { contentType: 'text/plain; charset=utf-8', signal });
}

/** The sha256 of an object: the store's word, or that of its bytes. */
export async function digestOfObject(
  store: Store,
  key: string,
  signal: AbortSignal | undefined,
  thorough = false,
): Promise<string | undefined> {
  const info = await store.head(key, { signal });
  if (info === undefined) return undefined;
  if (info.sha256 !== undefined && !thorough) return info.sha256;
  const hash = createHash('sha256');
  for await (const chunk of (await store.get(key, { signal, ifMatch: info.etag })).body) hash.update(chunk);
  return hash.digest('hex');
}

/** A file by its content. */
interface Digested {
  readonly size: number;
  readonly sha256: string;
}

async function digestOf(path: string, signal: AbortSignal | undefined): Promise<Digested> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024, signal })) {
    hash.update(chunk as Uint8Array);
    size += (chunk as Uint8Array).byteLength;
  }
  return { size, sha256: hash.digest('hex') };
}

function sizeWarning(size: number, { filename, largest }: WheelFacts): string {
  const MiB = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
  const parts = largest.map(({ name, compressedSize }) => `${name} (${MiB(compressedSize)})`);
  return `${filename} has ${MiB(size)}, and the public index takes 100 MiB unless asked for more; most of it is ${parts.join(', ')}`;
}

/** @throws IndexError `not-found` */
export function requireProject(page: ProjectPage | undefined, name: string): ProjectPage {
  if (page !== undefined) return page;
  throw new IndexError('not-found', `The index has no project ${normaliseProject(name)}.`, {
    hint: 'wheelwright index check shows which there are.',
  });
}
