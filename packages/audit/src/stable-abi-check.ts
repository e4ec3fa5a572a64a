import { posix } from 'node:path';
import type { AuditedFile } from './graph.js';
import { isLoader } from './libc.js';
import { policiesOf } from './policy.js';
import { stableAbiClaims, type PythonTags, type StableAbiClaim } from './python-claim.js';
import type { PythonModule } from './python-module.js';
import type { PythonProblem } from './python-check.js';
import { stableAbiUse } from './stable-abi.js';

/** A library that modules share under the stable ABI: `libshiboken6.abi3.so.6.9`. */
const SHARED = /\.abi3t?\.so(?:\.\d+)+$/;

/**
 * Holds files against a promise of the stable ABI: they may take from the interpreter what was in it in the oldest
 * version that is promised, and nothing else. Several claims of it are one: the oldest version counts.
 */
export function stableAbiProblems(
  files: readonly AuditedFile[],
  modules: readonly PythonModule[],
  tags: PythonTags,
): PythonProblem[] {
  const [claim] = stableAbiClaims(tags);
  if (claim === undefined) return [];
  const judged = [
    ...modules
      .flatMap((module) =>
        module.files.filter(({ suffix }) => suffix.kind !== 'cpython' && suffix.kind !== 'pypy'),
      )
      .map(({ file }) => file),
    ...files.filter(({ path }) => SHARED.test(path)),
  ];
  return judged.filter((file) => !hasOtherSource(file, files)).flatMap((file) => problemsOf(file, claim));
}

/**
 * Whether a file may take symbols that begin with `Py` from elsewhere than the interpreter: from a library of the
 * wheel that calls Python itself, or from one that nobody here can look into, as PySide6 does from shiboken6's.
 */
function hasOtherSource({ elf, path }: AuditedFile, files: readonly AuditedFile[]): boolean {
  return elf.needed.some((library) => {
    if (isLoader(library) || isSystemLibrary(library, elf)) return false;
    const bundled = files.filter((file) => posix.basename(file.path) === library && file.path !== path);
    return (
      bundled.length === 0 || bundled.some((file) => file.elf.imports.some(({ name }) => /^_?Py/.test(name)))
    );
  });
}

/** A library that every system of some policy has. */
function isSystemLibrary(library: string, { architecture }: AuditedFile['elf']): boolean {
  return (
    architecture !== undefined &&
    (['manylinux', 'musllinux'] as const).some(
      (family) => policiesOf(family, architecture).at(-1)?.libraries.has(library) === true,
    )
  );
}

function problemsOf(file: AuditedFile, { tag, abi, minor }: StableAbiClaim): PythonProblem[] {
  const { outside, since, entered } = stableAbiUse(file.elf);
  const base = { file, tag };
  const problems: PythonProblem[] = [];
  if (outside.length > 0) {
    problems.push({
      ...base,
      symbols: outside,
      version: null,
      allowedFrom: null,
      remedy: `these symbols are not in the stable ABI: compile with Py_LIMITED_API set to 0x03${hex(minor)}0000, or tag the wheel for one version of Python`,
    });
  }
  if (since > minor) {
    const symbols = [...entered].filter(([version]) => version > minor).flatMap(([, names]) => names);
    problems.push({
      ...base,
      symbols,
      version: `3.${since}`,
      allowedFrom: `cp3${since}-${abi}`,
      remedy: `compile with Py_LIMITED_API set to 0x03${hex(minor)}0000, or claim cp3${since}-${abi}`,
    });
  }
  return problems;
}

function hex(minor: number): string {
  return minor.toString(16).padStart(2, '0').toUpperCase();
}
