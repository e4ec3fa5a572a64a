import { StoreError, type Store } from '@wheelwright/store';
import type { Artifact } from './artifact.js';
import { ArtifactError } from './error.js';
import type { ArtifactId } from './identity.js';
import { readLayout } from './layout.js';
import { digestLocal, inspectLocal } from './local-file.js';
import { formatMeta, type ArtifactMeta, type MetaFile } from './meta.js';
import { planPush, type LocalFile, type LocalLibrary, type PlannedFile, type PushPlan } from './plan.js';
import { reporter, type TransferProgress } from './progress.js';
import { isMetaName } from './locate.js';
import { inspectRemote, listPlaces, readMeta, type RemoteFile } from './remote.js';
import { describeArtifact } from './show.js';

/** @public */
export interface PushRequest {
  readonly id: ArtifactId;
  readonly library: LocalLibrary;
  readonly files: readonly LocalFile[];
  /** The name of a layout or a template; `default` by default. */
  readonly layout?: string | undefined;
  /** Whether an artifact with other bytes gives way. */
  readonly replace?: boolean | undefined;
  /** The program and its version, for the meta file. */
  readonly tool: string;
  /** The time for the meta file. */
  readonly created: Date;
  /** What has to hold of these files, found out while they travel: see `PutOptions`. */
  readonly confirmation?: Promise<unknown> | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined;
}

/** What a push came to. @public */
export interface PushResult {
  /** `resumed`: some of the files were there, the rest was written; `replaced`: other bytes had to go. */
  readonly status: 'created' | 'unchanged' | 'resumed' | 'replaced';
  readonly artifact: Artifact;
}

/** What every step of one push needs. */
interface Push extends Pick<PushRequest, 'tool' | 'created' | 'confirmation' | 'signal'> {
  readonly store: Store;
  readonly plan: PushPlan;
  readonly modes: ReadonlyMap<string, number>;
  /** Each file's digest, taken once. */
  readonly digest: (file: PlannedFile) => Promise<RemoteFile>;
  readonly report: (file: PlannedFile) => (bytes: number) => void;
}

/** How often a replacement begins again because someone else's meta file came between. */
const mostReplacements = 5;

/**
 * Stores an artifact. The library's key claims the identity (`ifNoneMatch`), the others follow the same way, one after
 * another in the same order in every push, and the meta file comes last: before it, the artifact doesn't exist.
 *
 * Because the order is the same, of several pushes with different files at least one always comes through: the one that
 * was first at the last key over which any two differed.
 *
 * The same bytes again succeed, and complete a push that died. `replace` removes the meta file first, then whatever
 * else lies there; of two replacements at once the later one stands. One that is killed while another push finishes
 * can leave a meta file over foreign bytes: `readArtifact` calls that damaged, and to replace it again mends it.
 * @throws ArtifactError `conflict` where other bytes lie under this identity; `name-collision`, `unreadable-file` and
 * what else is refused before anything is written; StoreError
 * @public
 */
export async function pushArtifact(store: Store, request: PushRequest): Promise<PushResult> {
  const { tool, created, confirmation, signal } = request;
  // Listened to from the beginning: it may be rejected before anything asks for it.
  confirmation?.catch(() => undefined);
  const plan = planPush(readLayout(request.layout), request.id, request.library, request.files);
  const stats = await Promise.all(
    plan.files.map(async (file) => [file.name, await inspectLocal(file.path)] as const),
  );
  const digests = new Map<string, Promise<RemoteFile>>();
  const push: Push = {
    store,
    plan,
    tool,
    created,
    confirmation,
    signal,
    modes: new Map(stats.map(([name, { mode }]) => [name, mode])),
    digest: (file) => {
      const known = digests.get(file.path) ?? digestLocal(file.path, signal);
      digests.set(file.path, known);
      return known;
    },
    report: reporter(new Map(stats.map(([name, { size }]) => [name, size])), request.onProgress),
  };
  return request.replace === true ? replace(push) : add(push);
}

async function add(push: Push): Promise<PushResult> {
  const { store, plan, signal } = push;
  const places = await listPlaces(store, plan.prefix, signal);
  checkForeign(plan, places);
  const existing = places.has(plan.metaName) ? await readMeta(store, metaKey(plan), signal) : undefined;
  const known = existing === undefined ? [] : await describeLocal(push);
  if (existing !== undefined) requireSame(plan, existing.meta, known);
  const expected = contents(known);
  let [written, kept] = [0, 0];
  const files: MetaFile[] = [];
  for (const file of plan.files) {
    const { isNew, ...content } = await ensure(push, file, places.has(file.name), expected.get(file.name));
    if (isNew) written += 1;
    else kept += 1;
    files.push(metaFile(push, file, content));
  }
  await push.confirmation;
  if (existing !== undefined) {
    const artifact = describeArtifact(store, plan.prefix, plan.metaName, existing);
    return { status: written === 0 ? 'unchanged' : 'resumed', artifact };
  }
  const artifact = await finish(push, files);
  return { status: kept === 0 ? 'created' : 'resumed', artifact };
}

/** Makes sure that a key has a file's bytes: writes them where nothing is, accepts them where they are. */
async function ensure(
  push: Push,
  file: PlannedFile,
  isThere: boolean,
  sha256: string | undefined,
): Promise<RemoteFile & { readonly isNew: boolean }> {
  const { store, plan, confirmation, signal, report } = push;
  if (!isThere) {
    const written = await failedAs('precondition-failed', () =>
      store.put(
        file.key,
        { file: file.path },
        { ifNoneMatch: '*', sha256, confirmation, signal, onProgress: report(file) },
      ),
    );
    if (written !== undefined) return { size: written.size, sha256: written.sha256, isNew: true };
  }
  // Someone was first, or our own write came through and only its answer was lost.
  const [remote, local] = [await inspectRemote(store, file.key, signal), await push.digest(file)];
  if (remote?.sha256 !== local.sha256) {
    const there = remote === undefined ? 'was just removed' : `has the sha256 ${remote.sha256}`;
    throw conflict(plan, `${file.key} ${there}; ${file.path} has ${local.sha256}`);
  }
  report(file)(local.size);
  return { ...local, isNew: false };
}

/** Writes the meta file, and with it the artifact. Someone else's is accepted when it says the same of every file. */
async function finish(push: Push, files: readonly MetaFile[]): Promise<Artifact> {
  const { store, plan, tool, created, signal } = push;
  const meta: ArtifactMeta = { id: plan.id, library: plan.library, tool, created, files };
  const written = await failedAs('precondition-failed', () =>
    store.put(metaKey(plan), formatMeta(meta), { ifNoneMatch: '*', signal }),
  );
  if (written !== undefined) return describeArtifact(store, plan.prefix, plan.metaName, { ...written, meta });
  const theirs = await readMeta(store, metaKey(plan), signal);
  if (theirs === undefined) throw conflict(plan, `${metaKey(plan)} was just removed`);
  requireSame(plan, theirs.meta, files);
  return describeArtifact(store, plan.prefix, plan.metaName, theirs);
}

/**
 * Puts this artifact in the place of another. A meta file that appears meanwhile belongs to a push that is finished with
 * its files, some of which lie under ours now: then everything is done again.
 */
async function replace(push: Push): Promise<PushResult> {
  const added = await addIfSame(push);
  if (added !== undefined) return added;
  await push.confirmation;
  for (let attempt = 1; ; attempt += 1) {
    await clear(push);
    const files: MetaFile[] = [];
    for (const file of push.plan.files) files.push(metaFile(push, file, await overwrite(push, file)));
    try {
      return { status: 'replaced', artifact: await finish(push, files) };
    } catch (error) {
      if (!isReplaceable(error) || attempt === mostReplacements) throw error;
    }
  }
}

/** What doesn't have to be replaced isn't. */
async function addIfSame(push: Push): Promise<PushResult | undefined> {
  try {
    return await add(push);
  } catch (error) {
    if (isReplaceable(error)) return undefined;
    throw error;
  }
}

function isReplaceable(error: unknown): boolean {
  return error instanceof ArtifactError && (error.code === 'conflict' || error.code === 'malformed-meta');
}

/** Removes meta files first, so that nothing half removed is taken for whole; then what the new artifact hasn't. */
async function clear({ store, plan, signal }: Push): Promise<void> {
  const places = [...(await listPlaces(store, plan.prefix, signal)).keys()];
  const kept = new Set(plan.files.map(({ name }) => name));
  const stale = places.filter((place) => !isMetaName(place) && !kept.has(place));
  for (const place of [...places.filter(isMetaName), ...stale])
    await store.delete(plan.prefix + place, { signal });
}

async function overwrite(push: Push, file: PlannedFile): Promise<RemoteFile> {
  const { store, signal, report } = push;
  const [remote, local] = [await inspectRemote(store, file.key, signal), await push.digest(file)];
  if (remote?.sha256 === local.sha256) {
    report(file)(local.size);
    return local;
  }
  return store.put(file.key, { file: file.path }, { signal, onProgress: report(file) });
}

function metaKey({ prefix, metaName }: PushPlan): string {
  return prefix + metaName;
}

function metaFile({ modes }: Push, { name, role }: PlannedFile, { size, sha256 }: RemoteFile): MetaFile {
  return { name, role, size, sha256, mode: modes.get(name) ?? 0o644 };
}

async function describeLocal(push: Push): Promise<MetaFile[]> {
  const files: MetaFile[] = [];
  for (const file of push.plan.files) files.push(metaFile(push, file, await push.digest(file)));
  return files;
}

/** An identity has one artifact: another library beside ours means that it's taken. */
function checkForeign(plan: PushPlan, places: ReadonlyMap<string, unknown>): void {
  const own = [plan.library, plan.metaName];
  const foreign = [...places.keys()].find((place) => !place.includes('/') && !own.includes(place));
  if (foreign !== undefined) throw conflict(plan, `it has a file ${foreign}`);
}

function requireSame(plan: PushPlan, theirs: ArtifactMeta, ours: readonly MetaFile[]): void {
  const [before, now] = [contents(theirs.files), contents(ours)];
  const names = new Set([...before.keys(), ...now.keys()]);
  const different = [...names].filter((name) => before.get(name) !== now.get(name));
  if (different.length > 0) throw conflict(plan, `other bytes or names: ${different.slice(0, 5).join(', ')}`);
}

function contents(files: readonly MetaFile[]): ReadonlyMap<string, string> {
  return new Map(files.map(({ name, sha256 }) => [name, sha256]));
}

function conflict({ prefix }: PushPlan, detail: string): ArtifactError {
  return new ArtifactError('conflict', `Another artifact lies under ${prefix}: ${detail}.`, {
    hint: 'Push with --replace to put this one in its place. Of one commit it should not differ: is the tree clean?',
  });
}

/** `undefined` in place of one expected failure. */
async function failedAs<T>(code: StoreError['code'], work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StoreError && error.code === code) return undefined;
    throw error;
  }
}
