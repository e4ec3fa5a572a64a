/**
 * `npx nx run variant-corpus:install`: brings published libraries with variants and real CUDA compilers into
 * `tmp/variant-corpus` (3.5 GB unpacked). The wheels are pinned in `requirements.txt`, Debian's packages in
 * `debian.json`; those are left out where there is no apt-get, or where the mirror no longer has them.
 * What is here already stays as it is. Wheels that lie in `tmp/corpus` are not downloaded again.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = path.resolve(here, '../..');
const corpus = path.join(root, 'tmp/variant-corpus');
const wheels = path.join(corpus, 'wheels');

/** Runs a program and gives its exit code; what it prints is seen. */
function run(program, args, options = {}) {
  return spawnSync(program, args, { stdio: 'inherit', ...options }).status;
}

function demand(status, what) {
  if (status === 0) return;
  console.error(`variant-corpus: ${what} failed`);
  process.exit(3);
}

/** Makes a folder by filling another one first: what is there is whole. */
function fill(folder, action) {
  if (existsSync(folder)) return;
  const half = `${folder}.part`;
  rmSync(half, { recursive: true, force: true });
  mkdirSync(half, { recursive: true });
  action(half);
  renameSync(half, folder);
}

function bringWheels() {
  const requirements = path.join(here, 'requirements.txt');
  const platforms = ['manylinux2014_x86_64', 'manylinux_2_17_x86_64', 'manylinux_2_24_x86_64'];
  const args = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:', '--require-hashes'];
  args.push('--dest', wheels, '--requirement', requirements);
  args.push('--find-links', path.join(root, 'tmp/corpus'));
  args.push(...platforms.flatMap((platform) => ['--platform', platform]));
  mkdirSync(wheels, { recursive: true });
  demand(run('python3', args), 'pip download');
  for (const wheel of readdirSync(wheels)) {
    const folder = path.join(corpus, wheel.split('-')[0]);
    fill(folder, (half) => {
      demand(run('python3', ['-m', 'zipfile', '-e', path.join(wheels, wheel), half]), `unpacking ${wheel}`);
    });
  }
  const programs = path.join(corpus, 'nvidia_cuda_nvcc/nvidia/cu13/bin');
  for (const entry of readdirSync(programs, { withFileTypes: true })) {
    if (entry.isFile()) chmodSync(path.join(programs, entry.name), 0o755);
  }
}

async function digest(file) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}

/** Downloads one of Debian's packages with lists of its own: this system's sources stay as they are. */
async function bringPackage({ suite, file, sha256 }) {
  const folder = path.join(corpus, `debian-${suite}`);
  if (existsSync(folder)) return undefined;
  const apt = path.join(corpus, `apt-${suite}`);
  for (const part of ['lists/partial', 'cache/archives/partial'])
    mkdirSync(path.join(apt, part), { recursive: true });
  const sources = path.join(apt, 'sources.list');
  const signed = '[arch=amd64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]';
  writeFileSync(sources, `deb ${signed} http://deb.debian.org/debian ${suite} non-free\n`);
  const settings = {
    'Dir::Etc::sourcelist': sources,
    'Dir::Etc::sourceparts': '-',
    'Dir::State::lists': path.join(apt, 'lists'),
    'Dir::Cache': path.join(apt, 'cache'),
    'APT::Architecture': 'amd64',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const update = run('apt-get', [...options, 'update', '-qq'], { cwd: apt });
  if (update !== 0) return 'apt-get update failed';
  if (run('apt-get', [...options, 'download', '-qq', 'nvidia-cuda-toolkit'], { cwd: apt }) !== 0) {
    return 'apt-get download failed';
  }
  const found = readdirSync(apt).find((name) => name.endsWith('.deb'));
  if (found === undefined || decodeURIComponent(found) !== file)
    return `the mirror has ${found}, not ${file}`;
  const actual = await digest(path.join(apt, found));
  if (actual !== sha256) return `${file} has the sha256 ${actual}; expected was ${sha256}`;
  fill(folder, (half) => demand(run('dpkg-deb', ['-x', path.join(apt, found), half]), `unpacking ${file}`));
  rmSync(apt, { recursive: true });
  return undefined;
}

bringWheels();
for (const entry of JSON.parse(readFileSync(path.join(here, 'debian.json'), 'utf8'))) {
  const problem = await bringPackage(entry);
  if (problem !== undefined) console.error(`variant-corpus: without nvcc of ${entry.suite}: ${problem}`);
}
console.log('variant-corpus: installed');
