import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { describeIf, repositoryRoot } from '@wheelwright/testing';
import { ACCEPTED_DIFFERENCES } from './accepted-differences.js';
import { corpus, expectOraclesVerdict, oracleVerdicts } from './testing/oracle-verdict.js';

const fixtures = join(repositoryRoot, 'packages/audit/fixtures');

describe('the probes', () => {
  it.each(oracleVerdicts(fixtures))(
    '%s: tags and external libraries are the oracle’s',
    async (name, expected) => {
      await expectOraclesVerdict(fixtures, name, expected);
    },
  );
});

const corpusIsHere = { met: existsSync(corpus), reason: `there is no ${corpus}; set CORPUS_DIR` };

describeIf([corpusIsHere], 'the wheels of other architectures and C libraries', () => {
  const folder = join(corpus, 'wheels');
  const small = oracleVerdicts(corpus).filter(
    ([name]) => !name.startsWith('q') && existsSync(join(folder, name)),
  );
  it.each(small)('%s: tags and external libraries are the oracle’s', async (name, expected) => {
    await expectOraclesVerdict(folder, name, expected);
  });

  it('are what accepted differences speak of: no entry outlives its wheel', () => {
    const known = new Set(oracleVerdicts(corpus).map(([name]) => name));
    expect(Object.keys(ACCEPTED_DIFFERENCES).filter((name) => !known.has(name))).toEqual([]);
  });
});
