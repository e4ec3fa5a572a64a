import type { Policy } from './policy.js';
import { hasNone, type Complaints } from './requirement.js';
import type { Fix } from './verdict.js';

/** Complaints that one act of a person takes away together. */
interface Remedy {
  readonly text: string;
  readonly without: (complaints: Complaints) => Complaints;
}

/**
 * What to mend first: for each remedy that moves the tag by itself, the tag that the files would meet with it, best
 * first. Where none does, what all of them together would give.
 *
 * @param policies - the candidates, the oldest first
 * @param against - the policy that is wanted: no remedy is credited with more
 */
export function fixesFor(
  complaintsOf: (policy: Policy) => Complaints,
  policies: readonly Policy[],
  against: Policy | undefined,
  tagOf: (policy: Policy | undefined) => string,
): Fix[] {
  if (against === undefined) return [];
  const wanted = policies.filter(({ priority }) => priority <= against.priority);
  const remedies = remediesFor(complaintsOf(against), tagOf(against));
  if (remedies.length === 0) return [];
  const reach = (without: Remedy['without']): Policy | undefined =>
    wanted.find((policy) => hasNone(without(complaintsOf(policy))));
  const now = priorityOf(reach((all) => all));
  const helpful = remedies
    .map((remedy) => ({ remedy, policy: reach(remedy.without) }))
    .filter(({ policy }) => priorityOf(policy) > now)
    .toSorted((a, b) => priorityOf(b.policy) - priorityOf(a.policy));
  if (helpful.length === 0) return [together(remedies, reach, tagOf)];
  return helpful.map(({ remedy, policy }) => ({ remedy: remedy.text, then: tagOf(policy) }));
}

/** Remedies that help only if all of them are taken. */
function together(
  remedies: readonly Remedy[],
  reach: (without: Remedy['without']) => Policy | undefined,
  tagOf: (policy: Policy | undefined) => string,
): Fix {
  const policy = reach((all) => remedies.reduce((left, { without }) => without(left), all));
  return { remedy: remedies.map(({ text }) => text).join('; and '), then: tagOf(policy) };
}

/** No policy is `linux`, which ranks below all. */
function priorityOf(policy: Policy | undefined): number {
  return policy?.priority ?? 0;
}

function remediesFor(complaints: Complaints, wanted: string): Remedy[] {
  const remedies: Remedy[] = [];
  const libraries = complaints.missing.map(({ library }) => library);
  if (libraries.length > 0) {
    remedies.push({
      text: `bring ${libraries.join(', ')} in the wheel, or link ${libraries.length === 1 ? 'it' : 'them'} statically`,
      without: (all) => ({
        ...all,
        missing: all.missing.filter(({ library }) => !libraries.includes(library)),
      }),
    });
  }
  const files = [...new Set(complaints.versions.map(({ file }) => file.path))];
  if (files.length > 0) {
    remedies.push({
      text: `compile ${files.join(', ')} for ${wanted}`,
      without: (all) => ({ ...all, versions: all.versions.filter(({ file }) => !files.includes(file.path)) }),
    });
  }
  const denying = [...new Set(complaints.denied.map(({ library }) => library))];
  if (denying.length > 0) {
    remedies.push({
      text: `do without ${complaints.denied.flatMap(({ symbols }) => symbols).join(', ')} of ${denying.join(', ')}`,
      without: (all) => ({ ...all, denied: [] }),
    });
  }
  if (complaints.isa.length > 0) {
    remedies.push({
      text: `compile ${complaints.isa.map(({ path }) => path).join(', ')} for the baseline instruction set`,
      without: (all) => ({ ...all, isa: [] }),
    });
  }
  return remedies;
}
