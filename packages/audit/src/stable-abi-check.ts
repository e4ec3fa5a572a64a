import type { AuditedFile } from './graph.js';
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
  return judged.flatMap((file) => problemsOf(file, claim));
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
