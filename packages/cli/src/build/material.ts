import { resolve } from 'node:path';
import type { DependencySource, Material } from '@wheelwright/runner';
import type { MaterialTable } from '../config/material.js';

/** What is pinned, as the runner knows it. The schema has seen to it that the pins are there. */
export function pinnedMaterial(table: MaterialTable, folder: string): DependencySource | undefined {
  const { git, commit = '', submodules, npm, integrity = '', pypi, archive, sha256 = '' } = table;
  if (git !== undefined) {
    return { git: gitPlace(git, folder), commit, ...(submodules === undefined ? {} : { submodules }) };
  }
  if (npm !== undefined) return { npm, integrity };
  if (pypi !== undefined) return { pypi, sha256 };
  if (archive !== undefined)
    return { archive: /^https?:\/\//.test(archive) ? archive : resolve(folder, archive), sha256 };
  return undefined;
}

/** Where files come from, with paths made absolute. */
export function material(table: MaterialTable, folder: string): Material {
  return pinnedMaterial(table, folder) ?? { path: resolve(folder, table.path ?? '.') };
}

/** A relative path starts from the project; whatever has a colon is an address. */
function gitPlace(git: string, folder: string): string {
  return /^\.{0,2}\//.test(git) || !/[:-]/.test(git) ? resolve(folder, git) : git;
}
