import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from '@jest/globals';
import { openFile } from '@wheelwright/elf';
import { repositoryRoot } from '@wheelwright/testing';
import { ACCEPTED_DIFFERENCES } from '../accepted-differences.js';
import { auditWheel } from '../audit-wheel.js';
import type { Verdict } from '../verdict.js';

/** What the oracle said of a wheel: tags and external libraries, or nothing where it gave up. */
export interface OracleVerdict {
  readonly exit: number;
  readonly overall_tag: string | null;
  readonly sym_tag: string | null;
  readonly external_libs: Readonly<Record<string, string | null>> | null;
}

/** The corpus beside the repository. */
export const corpus = resolve(repositoryRoot, process.env['CORPUS_DIR'] ?? '../shared/corpus');

/** What a folder's `expected.json` holds: the oracle's verdicts by the wheels' names. */
export function oracleVerdicts(folder: string): [string, OracleVerdict][] {
  const text = readFileSync(join(folder, 'expected.json'), 'utf8');
  return Object.entries((JSON.parse(text) as { wheels: Record<string, OracleVerdict> }).wheels);
}

/**
 * Holds our verdict of a wheel against the oracle's: they agree, or differ exactly as the map of accepted
 * differences says. Gives the verdict, where there is one.
 */
export async function expectOraclesVerdict(
  folder: string,
  name: string,
  expected: OracleVerdict,
): Promise<Verdict | undefined> {
  const accepted = ACCEPTED_DIFFERENCES[name];
  const answer = audit(join(folder, name));
  if (accepted?.error !== undefined) {
    await expect(answer).rejects.toMatchObject({ code: accepted.error });
    return undefined;
  }
  const verdict = await answer;
  const ours = {
    platform: verdict.platform,
    platformBySymbols: verdict.platformBySymbols,
    external: external(verdict),
  };
  const theirs = {
    platform: expected.overall_tag,
    platformBySymbols: expected.sym_tag,
    external: Object.keys(expected.external_libs ?? {}).sort(),
  };
  const { platform, platformBySymbols, external: libraries } = { ...theirs, ...accepted };
  expect(ours).toEqual({ platform, platformBySymbols, external: libraries });
  if (accepted !== undefined) expect(ours).not.toEqual(theirs);
  return verdict;
}

async function audit(path: string): Promise<Verdict> {
  const source = await openFile(path);
  try {
    return await auditWheel(source, { path });
  } finally {
    await source.close();
  }
}

/** The external libraries of the oldest policy, which is what the oracle lists. */
function external(verdict: Verdict): string[] {
  return Object.keys(Object.values(verdict.external)[0] ?? {}).sort();
}
