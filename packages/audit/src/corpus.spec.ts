import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { openFile } from '@wheelwright/elf';
import { describeIf } from '@wheelwright/testing';
import { ACCEPTED_DIFFERENCES } from './accepted-differences.js';
import { auditWheel } from './audit-wheel.js';
import type { Verdict } from './verdict.js';

/** What the oracle said of a wheel: tags and external libraries, or nothing where it gave up. */
interface Expected {
  readonly exit: number;
  readonly overall_tag: string | null;
  readonly sym_tag: string | null;
  readonly external_libs: Readonly<Record<string, string | null>> | null;
}

const fixtures = join(dirname(fileURLToPath(import.meta.url)), '../fixtures');
const corpus = process.env['CORPUS_DIR'] ?? join(fixtures, '../../../../shared/corpus');

function expectedOf(folder: string): [string, Expected][] {
  const text = readFileSync(join(folder, 'expected.json'), 'utf8');
  return Object.entries((JSON.parse(text) as { wheels: Record<string, Expected> }).wheels);
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

async function compare(folder: string, name: string, expected: Expected): Promise<void> {
  const accepted = ACCEPTED_DIFFERENCES[name];
  const answer = audit(join(folder, name));
  if (accepted?.error !== undefined) {
    await expect(answer).rejects.toMatchObject({ code: accepted.error });
    return;
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
}

describe('the probes', () => {
  it.each(expectedOf(fixtures))(
    '%s: tags and external libraries are the oracle’s',
    async (name, expected) => {
      await compare(fixtures, name, expected);
    },
  );
});

const corpusIsHere = { met: existsSync(corpus), reason: `there is no ${corpus}; set CORPUS_DIR` };

describeIf([corpusIsHere], 'the wheels of other architectures and C libraries', () => {
  const folder = join(corpus, 'wheels');
  const small = expectedOf(corpus).filter(
    ([name]) => !name.startsWith('q') && existsSync(join(folder, name)),
  );
  it.each(small)('%s: tags and external libraries are the oracle’s', async (name, expected) => {
    await compare(folder, name, expected);
  });
});
