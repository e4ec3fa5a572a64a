import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from '@jest/globals';
import { describeIf, repositoryRoot } from '@wheelwright/testing';
import { corpus, expectOraclesVerdict, oracleVerdicts } from './testing/oracle-verdict.js';

/**
 * `npx nx run audit:corpus`: the wheels that people install, about 1.8 GB, against the oracle's verdicts. The corpus
 * says which (CORPUS_DIR, or `../shared/corpus`); they lie in WHEELS_DIR, or `tmp/corpus`, and what isn't there is
 * brought by the corpus's own script.
 */
const folder = resolve(repositoryRoot, process.env['WHEELS_DIR'] ?? 'tmp/corpus');
const LONG = 30 * 60_000;

const isHere = existsSync(join(corpus, 'expected.json'));
const reason = `there is no ${corpus}; set CORPUS_DIR`;

if (!isHere && process.env['WHEELWRIGHT_REFUSE_SKIPS'] === '1') {
  it('has its corpus', () => {
    expect(reason).toBe('');
  });
}

describeIf([{ met: isHere, reason }], 'published wheels', () => {
  const published = oracleVerdicts(corpus).filter(([name]) => !existsSync(join(corpus, 'wheels', name)));

  it(
    'are there, with the bytes that the oracle judged',
    () => {
      const run = spawnSync('python3', [join(corpus, 'download.py'), folder], { encoding: 'utf8' });
      expect({ status: run.status, stderr: run.stderr, wrong: run.stdout.match(/^(?!ok ).*$/gm) }).toEqual({
        status: 0,
        stderr: '',
        wrong: [''],
      });
    },
    LONG,
  );

  it.each(published)(
    '%s: tags and external libraries are the oracle’s, and no Python tag is doubted',
    async (name, expected) => {
      const verdict = await expectOraclesVerdict(folder, name, expected);
      // All of these are installed by many people, on every Python that their tags name.
      expect(verdict?.offences.filter(({ kind }) => kind === 'python')).toEqual([]);
    },
    LONG,
  );
});
