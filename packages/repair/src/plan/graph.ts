import { posix } from 'node:path';
import type { AuditedFile } from '@wheelwright/audit';
import type { ElfFile } from '@wheelwright/elf';
import type { ElfChanges } from '@wheelwright/elf/patch';
import type { Provider } from '../provider.js';
import { changedElf } from './changed-elf.js';
import { originTo } from './installed-path.js';
import { changeSearchPath } from './search-path.js';

/** A library to be grafted, under the name that it gets. */
export interface GraftedFile {
  readonly name: string;
  readonly from: string;
  readonly found: string;
  readonly sha256: string;
  /** The names that it is needed by. */
  readonly names: Set<string>;
}

/** A file of the repaired wheel while it is planned: what it says today, and what is to change. */
export interface Node {
  /** What the search on this machine knows it by. */
  readonly key: string;
  /** Where it lies after installation, seen from site-packages. */
  readonly path: string;
  readonly elf: ElfFile;
  /** Its name in the archive as it is, or what is grafted. */
  readonly origin: { readonly member: string } | GraftedFile;
  readonly renames: Record<string, string>;
  readonly removed: Set<string>;
  /** Whether its search path must lead to the grafted libraries. */
  usesLibraries: boolean;
  readonly providers: Set<Provider>;
}

export function createNode(key: string, path: string, elf: ElfFile, origin: Node['origin']): Node {
  return {
    key,
    path,
    elf,
    origin,
    renames: {},
    removed: new Set(),
    usesLibraries: false,
    providers: new Set(),
  };
}

/** The changes that a node comes to, and what of its search path is dropped. */
export interface NodeChanges {
  readonly changes: ElfChanges;
  readonly dropped: readonly string[];
}

/** @param libraries - the folder of grafted libraries, seen from site-packages */
export function changesOf(node: Node, libraries: string): NodeChanges {
  const { elf, origin, path } = node;
  const folders = [
    ...(node.usesLibraries ? [originTo(path, libraries)] : []),
    ...[...node.providers].map(({ folder }) => originTo(path, folder)).sort(),
  ];
  const renameNeeded = Object.fromEntries(Object.entries(node.renames).sort(([a], [b]) => (a < b ? -1 : 1)));
  const named = {
    ...(Object.keys(renameNeeded).length === 0 ? {} : { renameNeeded }),
    ...(node.removed.size === 0 ? {} : { removeNeeded: [...node.removed].sort() }),
  };
  if ('member' in origin) {
    const { changes, dropped } = changeSearchPath(path, elf, folders);
    return { changes: { ...named, ...changes }, dropped };
  }
  // What a grafted library's search path named was the machine's that it comes from.
  return {
    changes: {
      ...named,
      ...(elf.soname === origin.name ? {} : { soname: origin.name }),
      ...(elf.rpath.length === 0 ? {} : { rpath: null }),
      ...(elf.runpath.join(':') === folders.join(':')
        ? {}
        : { runpath: folders.length === 0 ? null : folders }),
    },
    dropped: [],
  };
}

/** The node as the audit shall judge it: with its changes made, at the place that it is installed to. */
export function asAudited(node: Node, libraries: string): AuditedFile {
  return { path: node.path, elf: changedElf(node.elf, changesOf(node, libraries).changes) };
}

export function baseName(path: string): string {
  return posix.basename(path);
}
