/**
 * `npx nx run wheel:crash [-- ROUNDS]`: kills pack, retag and unpack before each of their steps that change the
 * disk, and ROUNDS times (40) at a random moment. What they make must be there as a whole or not at all, and no
 * temporary file may stay after the next run.
 */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { packFolder } from '@wheelwright/wheel';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const rounds = Number(process.argv[2] ?? 40);
const root = await mkdtemp(path.join(tmpdir(), 'wheelwright-crash-'));

/** A folder to pack: some files, and a library of several blocks that doesn't compress to nothing. */
async function makeTree() {
  const tree = path.join(root, 'ops-1.0');
  await mkdir(path.join(tree, 'ops-1.0.dist-info'), { recursive: true });
  await mkdir(path.join(tree, 'ops'));
  const info = (name, text) => writeFile(path.join(tree, 'ops-1.0.dist-info', name), text);
  await info('METADATA', 'Metadata-Version: 2.1\nName: ops\nVersion: 1.0\n');
  await info('WHEEL', 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n');
  await writeFile(path.join(tree, 'ops/__init__.py'), '');
  await writeFile(path.join(tree, 'ops/lib.so'), randomBytes(6 << 20).toString('base64'));
  return tree;
}

/** Everything below a folder as one digest, so that whole and half can be told apart. */
async function digest(folder) {
  const hash = createHash('sha256');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  const visible = files.filter((file) => !path.relative(folder, file).startsWith('.wheelwright-'));
  for (const file of visible.sort())
    hash.update(`${path.relative(folder, file)}\0`).update(await readFile(file));
  return hash.digest('hex');
}

/** Runs an act; kills it after some milliseconds, or lets its failpoint do that. Gives the signal that ended it. */
async function run(act, source, folder, { failpoint = 0, after } = {}) {
  const child = spawn(
    process.execPath,
    ['--import', here('failpoint.mjs'), here('act.mjs'), act, source, folder],
    {
      stdio: 'inherit',
      env: { ...process.env, FAILPOINT: String(failpoint) },
    },
  );
  const ended = once(child, 'exit');
  if (after !== undefined) {
    await Promise.race([setTimeout(after), ended]);
    child.kill('SIGKILL');
  }
  const [code, signal] = await ended;
  if (signal === null && code !== 0) throw new Error(`${act} failed with ${code}`);
  return signal;
}

let checks = 0;
/** What isn't a temporary file must be the whole result; the next run must sweep all others. */
async function check(act, source, folder, whole) {
  const left = (await readdir(folder)).filter((name) => !name.startsWith('.wheelwright-'));
  if (left.length > 0) {
    if ((await digest(folder)) !== whole)
      throw new Error(`${act} left something half written: ${left.join(', ')}`);
  }
  checks += 1;
}

try {
  const tree = await makeTree();
  const { path: wheel } = await packFolder(tree, root);
  for (const [act, source] of [
    ['pack', tree],
    ['retag', wheel],
    ['unpack', wheel],
  ]) {
    const reference = path.join(root, `${act}-whole`);
    await mkdir(reference);
    const start = performance.now();
    await run(act, source, reference);
    const duration = performance.now() - start;
    const whole = await digest(reference);
    const folder = path.join(root, act);
    await mkdir(folder);
    let failpoint = 1;
    while ((await run(act, source, folder, { failpoint })) === 'SIGKILL') {
      await check(act, source, folder, whole);
      failpoint += 1;
    }
    for (let round = 0; round < rounds; round += 1) {
      await run(act, source, folder, { after: Math.random() * duration * 1.1 });
      await check(act, source, folder, whole);
    }
    await run(act, source, folder);
    const names = await readdir(folder);
    if (names.some((name) => name.startsWith('.wheelwright-')))
      throw new Error(`${act}: temporary files stayed: ${names.join(', ')}`);
    if ((await digest(folder)) !== whole) throw new Error(`${act} did not recover`);
    console.log(
      `${act}: killed before each of ${failpoint - 1} steps and at ${rounds} random moments; always whole or absent, nothing left`,
    );
  }
  console.log(`${checks} checks passed`);
} finally {
  await rm(root, { recursive: true, force: true });
}
