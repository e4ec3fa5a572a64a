import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { describeIf } from '@wheelwright/testing';
import { openFile } from './byte-source.js';
import { INSTALLED_BUT_REFUSED } from './testing/installed-but-refused.js';
import { verifyWheel } from './verify/verify.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const corpus = join(process.env['CORPUS_DIR'] ?? join(root, '../shared/corpus'), 'wheels');
/** The wheels that people install, some of them large: only the target `wheel:corpus` names them. */
const real = process.env['REAL_WHEELS'];

async function expectSound(path: string): Promise<void> {
  const filename = basename(path);
  const source = await openFile(path);
  const { problems } = await verifyWheel(source, { filename });
  await source.close();
  const rules = [...new Set(problems.map(({ rule }) => rule))];
  expect(rules).toEqual(INSTALLED_BUT_REFUSED[filename]?.rules ?? []);
}

const wheelsIn = (folder: string): string[] => readdirSync(folder).filter((name) => name.endsWith('.whl'));

describeIf(
  [{ met: existsSync(corpus), reason: `there is no ${corpus}; set CORPUS_DIR` }],
  'the corpus',
  () => {
    it.each(wheelsIn(corpus))('%s is sound, or refused for a reason', async (name) => {
      await expectSound(join(corpus, name));
    });
  },
);

if (real !== undefined) {
  const folder = join(root, real);
  const here = { met: existsSync(folder), reason: `there is no ${folder}: npx nx run corpus:download` };
  describeIf([here], 'wheels that people install', () => {
    it.each(wheelsIn(folder))(
      '%s is sound, or refused for a reason',
      (name) => expectSound(join(folder, name)),
      120_000,
    );
  });
}
