import { judge, libraryPattern, type AuditedFile, type Policy } from '@wheelwright/audit';
import { sha256Of } from './digest.js';
import { RepairError } from './error.js';
import { findOwners } from './owner/find-owners.js';
import type { PackageOwner } from './owner/package-owner.js';
import { changedElf } from './plan/changed-elf.js';
import { choosePolicies, isLegacyName, policiesOfVerdict } from './plan/choose-policy.js';
import { baseName } from './plan/graph.js';
import { muslRename } from './plan/musl-libc.js';
import { planRepair, type RepairFacts } from './plan/plan-repair.js';
import type { Planning, RepairPlan } from './plan/repair-plan.js';
import { promisedLibraries, refuseUnused, type Promised } from './promised.js';
import { explainRefusal } from './refusal.js';
import type { RepairOptions } from './repair-options.js';
import { readHostFile, type HostFile } from './search/host-file.js';
import { locateLibraries, locateRoot, type Located } from './search/locate.js';
import { searchFolders, type SearchFolders } from './search/system-folders.js';
import type { OpenedWheel } from './wheel-facts.js';

/** A plan, and the exclude patterns that matched nothing. */
export interface FoundPlan {
  readonly plan: RepairPlan;
  readonly unusedExcludes: readonly string[];
  /** The packages of the libraries that were found, by their paths: some of them are grafted. */
  readonly owners: ReadonlyMap<string, PackageOwner>;
}

/**
 * Looks for the libraries and plans. Nothing is written.
 *
 * @throws {@link RepairError} for whatever keeps the wheel from being repaired
 */
export async function findPlan(wheel: OpenedWheel, options: RepairOptions): Promise<FoundPlan> {
  const { signal } = options;
  const promised = promisedLibraries(options);
  const files = withMuslNames(wheel.files);
  const question = {
    kind: 'wheel',
    files,
    claimed: wheel.fileName.tags.platform.split('.'),
    excluded: promised.isPromised,
  } as const;
  const own = judge(question);
  const [oldest] = policiesOfVerdict(own);
  if (oldest === undefined) {
    throw new RepairError('policy-not-met', `no policy speaks of ${own.platform}`, {
      hint: 'there are manylinux and musllinux tags for some architectures only: the wheel stays as it is',
    });
  }
  // A wish is checked before anything is searched for.
  const [wish] = options.plat === undefined ? [] : choosePolicies(own, own, options.plat);
  const folders = await searchFolders(options, oldest.family);
  const system = (wish ?? oldest).libraries;
  const isSystem = (library: string): boolean =>
    system.has(library) || promised.isPromised(library) || library.includes('ld-linux');
  const located = await locateLibraries(wheel.files, folders, isSystem, signal);
  const roots = await findRoots(options.roots ?? [], wheel.files, folders);
  const rootNeeds = await locateLibraries(
    roots.map(({ realPath, elf }) => ({ path: realPath, elf })),
    folders,
    isSystem,
    signal,
  );
  const all = merged(located, rootNeeds);
  const unusedExcludes = promised.unusedExcludes(neededNames(wheel.files, all));
  if (options.unusedExclude !== 'tell') refuseUnused(unusedExcludes, neededNames(wheel.files, all));
  const policies =
    options.plat === undefined || options.plat === 'auto'
      ? choosePolicies(own, judge({ ...question, host: located.libraries }))
      : choosePolicies(own, own, options.plat);
  const libraries = [...all.files, ...roots];
  // A package manager is another process: it looks into its database while we hash.
  const [sha256, owners] = await Promise.all([
    hashed(libraries, signal),
    findOwners([...new Set(libraries.flatMap(({ path, realPath }) => [realPath, path]))], signal),
  ]);
  const facts: RepairFacts = {
    fileName: wheel.fileName,
    files: wheel.files,
    located: all,
    sha256,
    roots,
  };
  const planning = planFirst(facts, policies, promised, options);
  if (planning?.status === 'planned') return { plan: planning.plan, unusedExcludes, owners };
  throw await explainRefusal(planning, own, signal);
}

/** The first policy that the wheel's own files allow; a library that needs more is no reason to go on to a newer one. */
function planFirst(
  facts: RepairFacts,
  policies: readonly Policy[],
  promised: Promised,
  { keepNames = false, plat = 'auto' }: RepairOptions,
): Planning | undefined {
  const claimsBetter = !isLegacyName(plat);
  const keepsName = typeof keepNames === 'boolean' ? () => keepNames : libraryPattern(keepNames);
  let last: Planning | undefined;
  for (const policy of policies) {
    last = planRepair(facts, { policy, promised, keepsName, claimsBetter });
    if (last.status === 'planned' || last.reason === 'floor') return last;
  }
  return last;
}

/** What zig links for musl names its C library as nobody else does: judged, it has the name that it will have. */
function withMuslNames(files: readonly AuditedFile[]): AuditedFile[] {
  const names = new Set(files.map(({ path }) => baseName(path)));
  return files.map((file) => ({
    path: file.path,
    elf: changedElf(file.elf, { renameNeeded: muslRename(file, names) }),
  }));
}

async function findRoots(
  roots: readonly string[],
  files: readonly AuditedFile[],
  folders: SearchFolders,
): Promise<HostFile[]> {
  const wanted = files[0]?.elf;
  const found: HostFile[] = [];
  for (const root of roots) {
    const file = root.includes('/')
      ? await readHostFile(root, folders.sysroot)
      : wanted === undefined
        ? undefined
        : await locateRoot(root, wanted, folders);
    if (file === undefined) {
      throw new RepairError('library-missing', `the root ${root} is not there, or is no library`, {
        hint: 'name the file by its path, or its folder with --ldpaths',
      });
    }
    found.push(file);
  }
  return found;
}

function merged(a: Located, b: Located): Located {
  return {
    find: (file, library) => a.find(file, library) ?? b.find(file, library),
    libraries: [...a.libraries, ...b.libraries],
    files: [...a.files, ...b.files],
    searched: (file) => [...a.searched(file), ...b.searched(file)],
  };
}

function neededNames(files: readonly AuditedFile[], { libraries }: Located): Set<string> {
  return new Set([...files, ...libraries].flatMap(({ elf }) => elf.needed));
}

async function hashed(
  files: readonly HostFile[],
  signal: AbortSignal | undefined,
): Promise<Map<string, string>> {
  const sums = new Map<string, string>();
  for (const { realPath } of files)
    if (!sums.has(realPath)) sums.set(realPath, await sha256Of(realPath, signal));
  return sums;
}
