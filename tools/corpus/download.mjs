/**
 * `npx nx run corpus:download [-- SUBSTRING...]`: brings the published wheels that the corpus names (about 1.8 GB,
 * by exact file name and sha256) into `tmp/corpus`. The corpus lies outside the repository: CORPUS_DIR, or
 * `../shared/corpus` beside it. What is here already is only checked.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const corpus = path.resolve(root, process.env.CORPUS_DIR ?? '../shared/corpus');
const script = path.join(corpus, 'download.py');
if (!existsSync(script)) {
  console.error(`corpus: ${corpus} holds no download.py; set CORPUS_DIR to the folder of the corpus`);
  process.exit(3);
}
const run = spawnSync('python3', [script, path.join(root, 'tmp/corpus'), ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exitCode = run.status === 0 ? 0 : 1;
