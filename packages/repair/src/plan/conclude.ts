import type { Verdict } from '@wheelwright/audit';
import { formatTaggedFilename } from '@wheelwright/wheel';
import { changedElf } from './changed-elf.js';
import { changesOf, type Node } from './graph.js';
import { isScript } from './installed-path.js';
import type { Workshop } from './plan-repair.js';
import { repairedPlatforms } from './platforms.js';
import type { Graft, PatchedMember, Planning } from './repair-plan.js';

/** What a plan says in the end: the grafts, the changes and the tags, or why the policy can't be met. */
export function concludePlan(shop: Workshop, verdict: Verdict): Planning {
  const { policy } = shop.request;
  const tag = `${policy.name}_${policy.architecture}`;
  const nodes = [...shop.nodes.values()];
  const grafts = nodes.flatMap((node) => graftOf(node, shop.libraries)).sort(byMember);
  // An executable stack is told by the audit and broken by no policy.
  const offences = verdict.offences.filter(({ kind }) => kind !== 'executable-stack');
  if (offences.length > 0) {
    const names = new Set(grafts.map(({ member }) => member));
    const own = offences.filter(({ file }) => !names.has(file ?? ''));
    const reason = own.length > 0 ? 'policy' : 'floor';
    const told = own.length > 0 ? own : offences;
    return { status: 'refused', reason, policy: tag, offences: told, grafts, best: verdict.platform };
  }
  const best = grafts.length > 0 && !shop.request.claimsBetter ? tag : verdict.platform;
  const platforms = repairedPlatforms(shop.facts.fileName.tags.platform, tag, best);
  const tags = { ...shop.facts.fileName.tags, platform: platforms.join('.') };
  const wheelNodes = nodes.filter(({ origin }) => 'member' in origin);
  const needed = new Set(nodes.flatMap(({ elf }) => elf.needed));
  return {
    status: 'planned',
    plan: {
      policy: tag,
      platforms,
      fileName: formatTaggedFilename({ ...shop.facts.fileName, tags }),
      grafts,
      members: wheelNodes.flatMap((node) => memberOf(node, shop.libraries)).sort(byMember),
      providers: [...new Set(nodes.flatMap((node) => [...node.providers]))],
      drivers: [...needed].filter(shop.request.promised.isDriver).sort(),
      libpython: wheelNodes.flatMap((node) =>
        [...node.removed].map((library) => ({ file: node.path, library })),
      ),
      verdict,
    },
  };
}

function graftOf(node: Node, libraries: string): Graft[] {
  const { origin } = node;
  if (!('sha256' in origin)) return [];
  const { changes } = changesOf(node, libraries);
  const { name, from, found, sha256, names } = origin;
  const expected = changedElf(node.elf, changes);
  return [{ name, member: node.path, from, found, sha256, names: [...names].sort(), changes, expected }];
}

function memberOf(node: Node, libraries: string): PatchedMember[] {
  const { origin } = node;
  if (!('member' in origin)) return [];
  const { changes, dropped } = changesOf(node, libraries);
  if (Object.keys(changes).length === 0) return [];
  const needsPlace = node.usesLibraries || node.providers.size > 0;
  const to = needsPlace && isScript(origin.member) ? node.path : origin.member;
  return [{ member: origin.member, to, changes, expected: changedElf(node.elf, changes), dropped }];
}

function byMember(a: { readonly member: string }, b: { readonly member: string }): number {
  return Buffer.compare(Buffer.from(a.member), Buffer.from(b.member));
}
