import { judge, type AuditedFile, type Policy, type Verdict } from '@wheelwright/audit';
import type { WheelFilename } from '@wheelwright/wheel';
import { RepairError } from '../error.js';
import type { Promised } from '../promised.js';
import type { HostFile } from '../search/host-file.js';
import type { Located } from '../search/locate.js';
import { asAudited, baseName, createNode, type GraftedFile, type Node } from './graph.js';
import { graftName } from './graft-name.js';
import { installedPath, isScript } from './installed-path.js';
import { missingLibraries, type MissingNeed } from './missing.js';
import { muslRename } from './musl-libc.js';
import type { Planning } from './repair-plan.js';
import { concludePlan } from './conclude.js';

/** What a plan is made from: facts only. */
export interface RepairFacts {
  readonly fileName: WheelFilename;
  /** The ELF files of the wheel, under their names in the archive. */
  readonly files: readonly AuditedFile[];
  readonly located: Located;
  /** The sha256 of each library that may be grafted, by its real path. */
  readonly sha256: ReadonlyMap<string, string>;
  /** Libraries that are only ever loaded by dlopen. */
  readonly roots: readonly HostFile[];
}

/** What is wanted of it. */
export interface PlanRequest {
  readonly policy: Policy;
  readonly promised: Promised;
  /** Whether a library keeps its name. */
  readonly keepsName: (library: string) => boolean;
  /** Whether a wheel with grafted libraries also claims the better tag that it turns out to meet. */
  readonly claimsBetter: boolean;
}

/** What the steps of a plan share. */
export interface Workshop {
  readonly facts: RepairFacts;
  readonly request: PlanRequest;
  /** The folder of grafted libraries: `NAME.libs`. */
  readonly libraries: string;
  /** By the paths that they are installed to. */
  readonly nodes: Map<string, Node>;
}

/**
 * Plans which libraries a wheel is given and what changes in its files. It asks the audit for what is missing under the
 * policy, makes the changes on the facts, and asks again, until nothing is missing: what is planned is what was judged.
 *
 * @throws {@link RepairError} `library-missing`, `name-conflict`, `unreachable`
 */
export function planRepair(facts: RepairFacts, request: PlanRequest): Planning {
  const libraries = `${facts.fileName.distribution}.libs`;
  const shop: Workshop = { facts, request, libraries, nodes: wheelNodes(facts) };
  for (const root of facts.roots) addRoot(shop, root);
  for (const node of shop.nodes.values()) addProviders(shop, node);
  for (;;) {
    const verdict = judgeNodes(shop);
    const needs = verdict.offences.filter(({ kind }) => kind === 'library' || kind === 'libpython');
    if (needs.length === 0) return concludePlan(shop, verdict);
    const missing: MissingNeed[] = [];
    for (const { file, library, kind, chain } of needs) {
      const node = shop.nodes.get(file ?? '');
      if (node === undefined || library === null) continue;
      if (kind === 'libpython') node.removed.add(library);
      else if (!graftFor(shop, node, library)) missing.push({ file: node, library, chain });
    }
    if (missing.length > 0) throw missingLibraries(missing, facts);
  }
}

function wheelNodes({ files, fileName }: RepairFacts): Map<string, Node> {
  const names = new Set(files.map(({ path }) => baseName(path)));
  const nodes = files.map((file) => {
    const path = isScript(file.path)
      ? `${fileName.distribution}.scripts/${baseName(file.path)}`
      : (installedPath(file.path) ?? file.path);
    const node = createNode(file.path, path, file.elf, { member: file.path });
    Object.assign(node.renames, muslRename(file, names));
    return node;
  });
  return new Map(nodes.map((node) => [node.path, node]));
}

function judgeNodes({ nodes, libraries, request }: Workshop): Verdict {
  return judge({
    kind: 'wheel',
    files: [...nodes.values()].map((node) => asAudited(node, libraries)),
    policy: `${request.policy.name}_${request.policy.architecture}`,
    excluded: request.promised.isPromised,
  });
}

/** Gives a file the library that it needs. False where it was found nowhere. */
function graftFor(shop: Workshop, node: Node, library: string): boolean {
  const found = shop.facts.located.find(node.key, library);
  if (found === undefined) return false;
  const graft = addGraft(shop, found, library);
  if (
    'member' in node.origin &&
    installedPath(node.origin.member) === undefined &&
    !isScript(node.origin.member)
  ) {
    throw new RepairError(
      'unreachable',
      `${node.origin.member} needs ${library}, and no search path leads there`,
      {
        hint: 'its place depends on each installation: put it below the package or into .data/platlib, or link the library statically',
      },
    );
  }
  if (graft.name !== library) node.renames[library] = graft.name;
  if (node.usesLibraries && (graft.name === library || node.elf.needed.includes(graft.name))) {
    throw new RepairError('unreachable', `${node.path} still doesn't find ${library} in ${shop.libraries}`);
  }
  node.usesLibraries = true;
  return true;
}

/** Takes a library in, once for the same bytes. */
function addGraft(shop: Workshop, file: HostFile, library: string, keep = false): GraftedFile {
  const sha256 = shop.facts.sha256.get(file.realPath) ?? '';
  const keepsName = keep || shop.request.keepsName(library);
  const name = keepsName ? library : graftName(baseName(file.realPath), sha256);
  const path = `${shop.libraries}/${name}`;
  const same = [...shop.nodes.values()].find(
    ({ origin }) => 'sha256' in origin && origin.sha256 === sha256 && (!keepsName || origin.name === name),
  );
  const present = same ?? shop.nodes.get(path);
  if (present !== undefined && 'member' in present.origin) {
    // The wheel was repaired before: a name that holds the hash is the same library.
    if (!keepsName) return { name, from: file.realPath, found: file.path, sha256, names: new Set([library]) };
    throw nameConflict(path, present.origin.member, file.realPath);
  }
  if (present !== undefined && 'sha256' in present.origin) {
    if (present.origin.sha256 !== sha256) throw nameConflict(path, present.origin.from, file.realPath);
    present.origin.names.add(library);
    return present.origin;
  }
  const graft: GraftedFile = {
    name,
    from: file.realPath,
    found: file.path,
    sha256,
    names: new Set([library]),
  };
  const node = createNode(file.realPath, path, file.elf, graft);
  Object.assign(node.renames, muslRename({ path, elf: file.elf }, new Set()));
  addProviders(shop, node);
  shop.nodes.set(path, node);
  return graft;
}

function nameConflict(path: string, first: string, second: string): RepairError {
  return new RepairError('name-conflict', `${path} would be both ${first} and ${second}`, {
    hint: 'let their names be made from their contents: leave --keep-names out for one of them',
  });
}

/** A library that is only dlopened keeps its name, and whoever calls dlopen gets a search path that leads to it. */
function addRoot(shop: Workshop, root: HostFile): void {
  const wheel = [...shop.nodes.values()].filter(({ origin }) => 'member' in origin);
  addGraft(shop, root, root.elf.soname ?? baseName(root.path), true);
  const callers = wheel.filter(({ elf }) =>
    elf.imports.some(({ name }) => name === 'dlopen' || name === 'dlmopen'),
  );
  for (const node of callers.length > 0 ? callers : wheel) node.usesLibraries = true;
}

function addProviders({ request }: Workshop, node: Node): void {
  for (const library of node.elf.needed) {
    const provider = request.promised.providerOf(library);
    if (provider !== undefined) node.providers.add(provider);
  }
}
