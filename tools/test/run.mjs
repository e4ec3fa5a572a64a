/**
 * `npm test`: runs every package's tests through Nx (arguments are passed on), then adds up what they left in
 * `test-output/counts.json` and prints each skip with its reason and the line 'N passed, N failed, N skipped'.
 * With WHEELWRIGHT_REFUSE_SKIPS=1, as in continuous integration, a skip is a failure.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const packages = readdirSync(path.join(root, 'packages')).filter((name) =>
  existsSync(path.join(root, 'packages', name, 'jest.config.cjs')),
);
const countsOf = (name) => path.join(root, 'packages', name, 'test-output/counts.json');
for (const name of packages) rmSync(countsOf(name), { force: true });

const nx = createRequire(import.meta.url).resolve('nx/package.json');
const bin = path.join(path.dirname(nx), JSON.parse(readFileSync(nx, 'utf8')).bin.nx);
const args = process.argv.slice(2);
const run = spawnSync(process.execPath, [bin, 'run-many', '-t', 'test', '--output-style=static', ...args], {
  cwd: root,
  stdio: 'inherit',
});

const total = { passed: 0, failed: 0, skipped: 0 };
let silent = 0;
for (const name of packages) {
  if (!existsSync(countsOf(name))) {
    console.log(`${name}: left no counts, its tests did not run`);
    silent += 1;
    continue;
  }
  const counts = JSON.parse(readFileSync(countsOf(name), 'utf8'));
  for (const key of Object.keys(total)) total[key] += counts[key];
  for (const skip of counts.skips) console.log(`skipped: ${name}: ${skip}`);
}
console.log(`${total.passed} passed, ${total.failed + silent} failed, ${total.skipped} skipped`);

const refusesSkips = process.env.WHEELWRIGHT_REFUSE_SKIPS === '1';
const ok = run.status === 0 && total.passed > 0 && total.failed + silent === 0;
process.exitCode = ok && !(refusesSkips && total.skipped > 0) ? 0 : 1;
