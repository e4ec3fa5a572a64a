import type { AuditedFile, External } from './graph.js';
import { isLibpython } from './graph.js';
import {
  enumerate,
  remedyForLibrary,
  remedyKey,
  tellLibraryRemedy,
  type LibraryRemedy,
} from './library-remedy.js';
import type { Policy } from './policy.js';
import { hasNone, type Complaints } from './requirement.js';
import type { Fix } from './verdict.js';

/** Complaints that one act of a person takes away together. */
interface Remedy {
  readonly text: string;
  readonly without: (complaints: Complaints) => Complaints;
}

/** What the fixes are found with. */
export interface FixInput {
  readonly complaintsOf: (policy: Policy) => Complaints;
  /** The candidates, the oldest first. */
  readonly policies: readonly Policy[];
  /** The policy that is wanted: no remedy is credited with more. */
  readonly against: Policy | undefined;
  /** That policy's tag, as it was claimed. */
  readonly target: string;
  /** The tag of a policy; of none, the architecture's `linux_*`. */
  readonly tagOf: (policy: Policy | undefined) => string;
  readonly files: readonly AuditedFile[];
}

/**
 * What to mend, in order: each time the remedy that moves the tag furthest, on top of those before it. Where none
 * moves it by itself, the fewest that do so together are one fix.
 */
export function fixesFor({ complaintsOf, policies, against, target, tagOf, files }: FixInput): Fix[] {
  if (against === undefined) return [];
  const wanted = policies.filter(({ priority }) => priority <= against.priority);
  const reach = (remedies: readonly Remedy[]): Policy | undefined =>
    wanted.find((policy) =>
      hasNone(remedies.reduce((left, { without }) => without(left), complaintsOf(policy))),
    );
  const rank = (remedies: readonly Remedy[]): number => reach(remedies)?.priority ?? 0;
  const fixes: Fix[] = [];
  const done: Remedy[] = [];
  let left = remediesFor(complaintsOf(against), { target, against, files });
  while (left.length > 0 && rank(done) < against.priority) {
    const next = nextRemedies(left, (remedies) => rank([...done, ...remedies]));
    if (next.length === 0) break;
    done.push(...next);
    left = left.filter((remedy) => !next.includes(remedy));
    fixes.push({ remedy: next.map(({ text }) => text).join('; and '), then: tagOf(reach(done)) });
  }
  return fixes;
}

/** The remedy that helps most by itself; else the fewest that help together; none where nothing helps. */
function nextRemedies(
  remedies: readonly Remedy[],
  rank: (remedies: readonly Remedy[]) => number,
): readonly Remedy[] {
  const now = rank([]);
  const ranked = remedies.map((remedy) => ({ remedy, rank: rank([remedy]) }));
  const best = Math.max(...ranked.map((option) => option.rank));
  if (best > now)
    return ranked
      .filter((option) => option.rank === best)
      .map(({ remedy }) => remedy)
      .slice(0, 1);
  if (rank(remedies) <= now) return [];
  return remedies.reduce<readonly Remedy[]>((needed, remedy) => {
    const without = needed.filter((other) => other !== remedy);
    return rank(without) > now ? without : needed;
  }, remedies);
}

function remediesFor(
  complaints: Complaints,
  { target, against, files }: { target: string; against: Policy; files: readonly AuditedFile[] },
): Remedy[] {
  const remedies: Remedy[] = [
    ...libpythonRemedies(complaints),
    ...libraryRemedies(
      complaints.missing.filter(({ library }) => !isLibpython(library)),
      files,
      against,
    ),
  ];
  const outdated = new Set(complaints.versions.map(({ file }) => file.path));
  if (outdated.size > 0) {
    remedies.push({
      text: `compile ${enumerate([...outdated])} with ${target} as the target`,
      without: (all) => ({ ...all, versions: all.versions.filter(({ file }) => !outdated.has(file.path)) }),
    });
  }
  if (complaints.denied.length > 0) {
    const told = complaints.denied.map(({ symbols, library }) => `${enumerate(symbols)} of ${library}`);
    remedies.push({
      text: `do without ${enumerate([...new Set(told)])}`,
      without: (all) => ({ ...all, denied: [] }),
    });
  }
  if (complaints.isa.length > 0) {
    remedies.push({
      text: `compile ${enumerate(complaints.isa.map(({ path }) => path))} for the baseline instruction set`,
      without: (all) => ({ ...all, isa: [] }),
    });
  }
  if (complaints.pythonBuild.length > 0) {
    const told = enumerate(complaints.pythonBuild.map(({ file }) => file.path));
    remedies.push({
      text: `compile ${told} against a Python that is built without --with-fpectl`,
      without: (all) => ({ ...all, pythonBuild: [] }),
    });
  }
  return remedies;
}

function libpythonRemedies({ missing }: Complaints): Remedy[] {
  const needs = missing.filter(({ library }) => isLibpython(library));
  if (needs.length === 0) return [];
  const libraries = [...new Set(needs.map(({ library }) => library))];
  const by = enumerate([...new Set(needs.map(({ file }) => file.path))]);
  return [
    { text: `do not link ${by} against ${enumerate(libraries)}`, without: withoutLibraries(libraries) },
  ];
}

/** One remedy for all libraries that the same act provides. */
function libraryRemedies(
  missing: readonly External[],
  files: readonly AuditedFile[],
  policy: Policy,
): Remedy[] {
  const groups = new Map<string, [Told, ...Told[]]>();
  for (const need of missing) {
    const remedy = remedyForLibrary(need, files, policy);
    const group = groups.get(remedyKey(remedy));
    if (group === undefined) groups.set(remedyKey(remedy), [{ need, remedy }]);
    else group.push({ need, remedy });
  }
  return Array.from(groups.values(), (told): Remedy => {
    const [first, ...others] = told;
    const libraries = [...new Set(told.map(({ need }) => need.library))];
    const keys = new Set(told.map(({ need }) => needKey(need)));
    return {
      text: tellLibraryRemedy([first.remedy, ...others.map(({ remedy }) => remedy)], libraries),
      without: (all) => ({ ...all, missing: all.missing.filter((need) => !keys.has(needKey(need))) }),
    };
  });
}

/** A need, and what can be done about it. */
interface Told {
  readonly need: External;
  readonly remedy: LibraryRemedy;
}

function needKey({ file, library }: External): string {
  return `${file.path}\0${library}`;
}

function withoutLibraries(libraries: readonly string[]): Remedy['without'] {
  return (all) => ({ ...all, missing: all.missing.filter(({ library }) => !libraries.includes(library)) });
}
