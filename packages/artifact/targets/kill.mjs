/**
 * `npx nx run artifact:kill [-- ROUNDS]`: kills push, a replacing push, pull, gc and publish with SIGKILL at ROUNDS (25)
 * random moments each, on a real S3 server. After each, a reader finds the whole of one artifact or none, a pull is
 * right or says so, and what was killed can be done again; in the end gc leaves nothing, no upload and no file.
 */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { launchS3Server } from '@wheelwright/testing/s3';

const program = fileURLToPath(new URL('../../cli/bin/wheelwright.js', import.meta.url));
const rounds = Number(process.argv[2] ?? 25);
const root = await mkdtemp(path.join(tmpdir(), 'wheelwright-kill-'));
const server = await launchS3Server();
const bucket = await server.makeBucket('artifacts');
const words = ['--static', '--variant', 'cpu', '--os', 'ubuntu16.04', '--git-sha', 'c'.repeat(40)];
const env = { ...process.env, ...server.environment, ARTIFACT_REPOSITORY_BUCKET: bucket };
let [checks, killed] = [0, 0];

/** Runs a command line to its end, or kills it after some milliseconds. */
async function run(args, after) {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  const outputs = Promise.all([text(child.stdout), text(child.stderr)]);
  if (after !== undefined) {
    await Promise.race([setTimeout(after), ended]);
    child.kill('SIGKILL');
  }
  const [code, signal] = await ended;
  const [stdout, stderr] = await outputs;
  if (signal !== null) killed += 1;
  return { code, signal, stdout, stderr };
}

function expect(condition, what, outcome) {
  checks += 1;
  if (!condition) throw new Error(`${what}: ${JSON.stringify(outcome).slice(0, 2000)}`);
}

/** Every file below a folder, as one digest of names and bytes. */
async function digest(folder) {
  const hash = createHash('sha256');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.meta'))
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
  for (const name of names.filter((name) => !name.startsWith('.wheelwright-pull-')).sort())
    hash.update(`${name}\0`).update(await readFile(path.join(folder, name)));
  return hash.digest('hex');
}

/** Writes a build with a library of several parts; gives its push and what a pull of it has to bring. */
async function makeBuild(name) {
  const folder = path.join(root, name);
  const whole = path.join(root, `${name}-whole`);
  const files = {
    'libmxnet.so': randomBytes(24 << 20),
    [`licenses/${name}.txt`]: name,
    'dependencies/a.so': name,
  };
  for (const [file, content] of Object.entries(files)) {
    for (const place of [path.join(folder, path.basename(file)), path.join(whole, file)]) {
      await mkdir(path.dirname(place), { recursive: true });
      await writeFile(place, content);
    }
  }
  const at = (file) => path.join(folder, file);
  const push = [
    'artifact',
    'push',
    at('libmxnet.so'),
    '--licenses',
    at(`${name}.txt`),
    '--dependencies',
    at('a.so'),
  ];
  return { push: [...push, ...words], digest: await digest(whole) };
}

/** What a reader gets: one of the builds, whole, or nothing. */
async function visible(builds) {
  const folder = path.join(root, 'reader');
  await rm(folder, { recursive: true, force: true });
  const outcome = await run(['artifact', 'pull', folder, ...words]);
  if (outcome.code === 4) return undefined;
  expect(outcome.code === 0, 'a reader pulls', outcome);
  const got = await digest(folder);
  const build = builds.find((candidate) => candidate.digest === got);
  expect(build !== undefined, 'a reader has one of the builds whole', got);
  return build;
}

async function gc() {
  const outcome = await run(['artifact', 'gc', '--older-than', '0s', '--json']);
  expect(outcome.code === 0, 'gc', outcome);
  return JSON.parse(outcome.stdout).removed;
}

const emptyBucket = async () => {
  await run(['artifact', 'rm', ...words]);
  await gc();
};

/** How long an act takes when nobody kills it. */
async function duration(args) {
  const begun = performance.now();
  const outcome = await run(args);
  expect(outcome.code === 0, args.slice(0, 2).join(' '), outcome);
  return performance.now() - begun;
}

/** Kills an act `rounds` times over its whole length and a little more. */
async function repeatedly(name, length, round) {
  const before = killed;
  for (let count = 0; count < rounds; count += 1) await round(Math.random() * length * 1.1);
  console.log(
    `${name}: ${rounds} rounds, ${killed - before} processes killed in time; whole or absent after each`,
  );
}

async function killPushes(first, second) {
  const length = await duration(first.push);
  await repeatedly('push', length, async (after) => {
    await emptyBucket();
    const { code } = await run(first.push, after);
    const seen = await visible([first]);
    expect(code !== 0 || seen === first, 'a finished push is whole', code);
    expect((await run(first.push)).code === 0, 'a killed push is completed', code);
    expect((await visible([first])) === first, 'and whole then', code);
  });
  await repeatedly('push --replace', length, async (after) => {
    await run([...first.push, '--replace']);
    await run([...second.push, '--replace'], after);
    await visible([first, second]);
    expect((await run([...second.push, '--replace'])).code === 0, 'a replacement is done again', after);
    expect((await visible([first, second])) === second, 'and replaces', after);
  });
}

async function killPulls(build) {
  const folder = path.join(root, 'pulled');
  const pull = ['artifact', 'pull', folder, ...words];
  const length = await duration(pull);
  await repeatedly('pull', length, async (after) => {
    await rm(folder, { recursive: true, force: true });
    await run(pull, after);
    const names = await readdir(folder).catch(() => []);
    if (names.includes('libmxnet.meta'))
      expect((await digest(folder)) === build.digest, 'a pull is right', names);
    for (const name of names.filter((name) => name === 'libmxnet.so')) {
      const { size } = await readFile(path.join(folder, name)).then((bytes) => ({ size: bytes.length }));
      expect(size === 24 << 20, 'no short file has a final name', size);
    }
    expect((await run(pull)).code === 0, 'a killed pull is resumed', names);
    expect((await digest(folder)) === build.digest, 'and right then', names);
    const left = (await readdir(folder)).filter((name) => name.startsWith('.wheelwright-'));
    expect(left.length === 0, 'and leaves no staging folder', left);
  });
}

async function killCollections(build) {
  await repeatedly('gc', 600, async (after) => {
    await emptyBucket();
    await run(build.push, 300 + Math.random() * 400);
    const was = await visible([build]);
    await run(['artifact', 'gc', '--older-than', '0s'], after);
    expect((await visible([build])) === was, 'gc takes no artifact', after);
    await gc();
    const left = await gc();
    expect(left.length === 0, 'gc leaves nothing', left);
    expect((await visible([build])) === was, 'gc takes no artifact', after);
  });
}

async function killPublications() {
  const index = 's3://artifacts/simple';
  const wheels = [];
  for (let count = 0; count < rounds; count += 1) {
    const tree = path.join(root, `ops-1.${count}`);
    const info = path.join(tree, `ops-1.${count}.dist-info`);
    await mkdir(info, { recursive: true });
    await writeFile(path.join(info, 'METADATA'), `Metadata-Version: 2.1\nName: ops\nVersion: 1.${count}\n`);
    await writeFile(
      path.join(info, 'WHEEL'),
      'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    );
    await writeFile(path.join(tree, 'ops.py'), randomBytes(1 << 20).toString('base64'));
    expect((await run(['pack', tree, '--out', root])).code === 0, 'pack', tree);
    wheels.push(path.join(root, `ops-1.${count}-py3-none-any.whl`));
  }
  const length = await duration(['publish', wheels[0], index]);
  await repeatedly('publish', length, async (after) => {
    const wheel = wheels.shift();
    await run(['publish', wheel, index], after);
    const check = await run(['index', 'check', index, '--json']);
    const wrong = JSON.parse(check.stdout).problems.map(({ rule }) => rule);
    const pending = ['unlisted-file', 'missing-project', 'stale-html', 'orphan-metadata'];
    expect(
      wrong.every((rule) => pending.includes(rule)),
      'no page says what is not so',
      wrong,
    );
    expect((await run(['publish', wheel, index])).code === 0, 'a killed publication is completed', wrong);
    const after2 = await run(['index', 'check', index]);
    expect(after2.code === 0, 'and the index is right then', after2);
  });
}

try {
  const [first, second] = [await makeBuild('first'), await makeBuild('second')];
  await killPushes(first, second);
  await killPulls(second);
  await killCollections(first);
  await killPublications();
  await emptyBucket();
  const left = (
    await readdir(path.join(server.buckets, bucket), { recursive: true, withFileTypes: true })
  ).filter((entry) => entry.isFile() && !entry.parentPath.includes('/simple'));
  expect(left.length === 0, 'gc leaves no file on the server, parts of uploads included', left);
  console.log(`${checks} checks passed, ${killed} processes killed`);
} finally {
  await server.close();
  await rm(root, { recursive: true, force: true });
}
