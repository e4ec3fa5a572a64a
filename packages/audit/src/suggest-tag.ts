import type { AuditedFile } from './graph.js';
import { platformSpellings } from './platform-tag.js';
import { modulesOf, type PythonModule } from './python-module.js';
import { stableAbiUse } from './stable-abi.js';

/**
 * The tag that files could be published under, by the names of their extension modules and the platform that they
 * meet: `py3-none-any`, `cp311-cp311-manylinux_2_17_x86_64`, `cp37-abi3-linux_x86_64`. Under the stable ABI the
 * version is the oldest that has all that is used. Undefined where the names leave it open: a module with the suffix
 * `.so` alone doesn't say what it was built for, and no tag fits modules of several Pythons or files of several
 * machines.
 */
export function suggestTag(files: readonly AuditedFile[], platform: string): string | undefined {
  if (new Set(files.map(({ elf }) => elf.machine)).size > 1) return undefined;
  const python = pythonPart(modulesOf(files));
  return python === undefined ? undefined : `${python}-${platformSpellings(platform).join('.')}`;
}

function pythonPart(modules: readonly PythonModule[]): string | undefined {
  if (modules.length === 0) return 'py3-none';
  const suffixes = modules.flatMap(({ files }) => files.map(({ suffix }) => suffix));
  const specific = new Set(
    suffixes.flatMap((suffix) => {
      if (suffix.kind === 'cpython') return [`cp${suffix.version}-cp${suffix.version}${suffix.flags}`];
      if (suffix.kind !== 'pypy') return [];
      return [`pp${suffix.version}-pypy${suffix.version}_${suffix.flags}`];
    }),
  );
  const [only] = specific;
  if (specific.size > 1) return undefined;
  if (only !== undefined) return only;
  if (suffixes.some(({ kind }) => kind === 'plain')) return undefined;
  const since = modules.flatMap(({ files }) => files.map(({ file }) => stableAbiUse(file.elf).since));
  const abi = suffixes.every(({ kind }) => kind === 'abi3t') ? 'abi3t' : 'abi3';
  return `cp3${Math.max(...since)}-${abi}`;
}
