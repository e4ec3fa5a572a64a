/**
 * `npx nx run wheel:large`: a wheel with a sparse member of more than 4 GiB, and a member behind it, so that sizes
 * and offsets need ZIP64, and one of more than 10 GiB. Deflated and stored, they are read by Python, unzip, yauzl and
 * our own check; uv installs the first. Takes some 12 GB of disk for a while.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { openFile, verifyWheel, writeWheel } from '@wheelwright/wheel';
import { openPromise } from 'yauzl';

/** How hard to compress a member of how many bytes. */
const ROUNDS = [
  { level: 1, size: 4_400_000_000 },
  { level: 0, size: 4_400_000_000 },
  { level: 0, size: 11_000_000_000 },
];
const oracles = fileURLToPath(new URL('../../../tmp/oracles/bin/', import.meta.url));
const root = await mkdtemp(path.join(tmpdir(), 'wheelwright-large-'));

/** Zeros with a few words in them, which take no room on the disk. */
async function makeSparse(size) {
  const sparse = path.join(root, 'large.bin');
  const file = await open(sparse, 'w');
  for (const at of [0, 1 << 30, size - 8]) await file.write(Buffer.from('somewhat'), 0, 8, at);
  await file.close();
  return sparse;
}

const spec = (content) => ({
  distribution: 'large',
  version: '1.0',
  tags: { python: 'py3', abi: 'none', platform: 'any' },
  metadata: 'Metadata-Version: 2.1\nName: large\nVersion: 1.0\n',
  files: [
    { name: 'large/__init__.py', content: Buffer.from('') },
    { name: 'large/data.bin', content },
    { name: 'large/last.py', content: Buffer.from('last = 1\n') },
  ],
  rootIsPurelib: true,
  generator: 'test',
});

const run = (program, ...args) => {
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  console.log(`  accepted by ${path.basename(program)} ${args[0]} ${args[1]}`);
};

async function hashByYauzl(wheel) {
  const zip = await openPromise(wheel, { autoClose: false });
  let digest;
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName !== 'large/data.bin') continue;
    const hash = createHash('sha256');
    for await (const chunk of await zip.openReadStreamPromise(entry)) hash.update(chunk);
    digest = hash.digest('hex');
  }
  zip.close();
  return digest;
}

async function hashOf(file) {
  const handle = await open(file);
  const hash = createHash('sha256');
  for await (const chunk of handle.createReadStream({ highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest('hex');
}

try {
  for (const { level, size } of ROUNDS) {
    const sparse = await makeSparse(size);
    const expected = await hashOf(sparse);
    const folder = path.join(root, String(level));
    await mkdir(folder);
    const wheel = await writeWheel(folder, spec({ path: sparse }), { level });
    console.log(`level ${level}: ${wheel.size} bytes`);
    const source = await openFile(wheel.path);
    const { problems } = await verifyWheel(source, { filename: wheel.filename });
    await source.close();
    // So much out of 20 MB is what the index calls a bomb; everything else must be right.
    const rules = problems.map(({ rule }) => rule).join();
    if (rules !== (level === 0 ? '' : 'expansion-bomb')) throw new Error(`verify says ${rules}`);
    if ((await hashByYauzl(wheel.path)) !== expected) throw new Error('yauzl reads other bytes');
    console.log('  yauzl reads back the same bytes');
    run(path.join(oracles, 'python'), '-m', 'zipfile', '-t', wheel.path);
    run('unzip', '-tqq', wheel.path);
    if (level === 1) {
      const target = path.join(root, 'installed');
      run(
        path.join(oracles, 'uv'),
        'pip',
        'install',
        '--quiet',
        '--offline',
        '--no-index',
        '--no-deps',
        '--no-cache',
        '--target',
        target,
        wheel.path,
      );
      if ((await hashOf(path.join(target, 'large/data.bin'))) !== expected)
        throw new Error('uv installed other bytes');
      await rm(target, { recursive: true });
    }
    await rm(folder, { recursive: true });
  }
} finally {
  await rm(root, { recursive: true, force: true });
}
