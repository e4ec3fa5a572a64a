/**
 * Compiles a C and a C++ library by zig for every architecture that has a manylinux policy, and two of them for musl,
 * audits each as the oldest policy that its architecture has, and runs them under qemu-user with the libc of Debian's cross packages. The first
 * run compiles zig's libc++ seven times, a minute each.
 *
 *   nx run runner:architectures [-- ARCHITECTURE...]
 *
 * Exit 1 where one fails; an architecture that can't be run here is said to be compiled and audited only.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The platform, Debian's folder with the machine's libc, qemu's word for the machine, and zig's. */
const ARCHITECTURES = {
  x86_64: ['manylinux2014_x86_64', '/', 'x86_64', 'x86_64-linux-gnu.2.17'],
  i686: ['manylinux2014_i686', '/usr/i686-linux-gnu', 'i386', 'x86-linux-gnu.2.17'],
  aarch64: ['manylinux2014_aarch64', '/usr/aarch64-linux-gnu', 'aarch64', 'aarch64-linux-gnu.2.17'],
  armv7l: ['manylinux2014_armv7l', '/usr/arm-linux-gnueabihf', 'arm', 'arm-linux-gnueabihf.2.17'],
  ppc64le: ['manylinux2014_ppc64le', '/usr/powerpc64le-linux-gnu', 'ppc64le', 'powerpc64le-linux-gnu.2.19'],
  s390x: ['manylinux2014_s390x', '/usr/s390x-linux-gnu', 's390x', 's390x-linux-gnu.2.17'],
  riscv64: ['manylinux_2_31_riscv64', '/usr/riscv64-linux-gnu', 'riscv64', 'riscv64-linux-gnu.2.31'],
  // Debian has a musl for this machine only: the other is compiled and audited.
  'musl-x86_64': ['musllinux_1_2_x86_64', '/', 'x86_64', 'x86_64-linux-musl'],
  'musl-aarch64': ['musllinux_1_2_aarch64', undefined, 'aarch64', 'aarch64-linux-musl'],
};
const MUSL_LOADER = '/lib/ld-musl-x86_64.so.1';
/** What `answer(10)` gives. */
const ANSWERS = { 'libplain.so': '42', 'libplus.so': '42' };

const here = dirname(fileURLToPath(import.meta.url));
const cache =
  process.env.WHEELWRIGHT_CACHE ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'wheelwright');

/** Runs a program to its end; a failure is a result. */
function run(program, args, { env = {} } = {}) {
  const options = { env: { ...process.env, ...env }, timeout: 300_000, maxBuffer: 1 << 26 };
  return new Promise((done) => {
    execFile(program, args, options, (error, stdout, stderr) => {
      done({ code: error?.code, exitCode: error === null ? 0 : 1, stdout, stderr, message: error?.message });
    });
  });
}

async function wheelwright(...args) {
  const program = join(here, '../../packages/cli/bin/wheelwright.js');
  const result = await run(process.execPath, [program, ...args]);
  if (result.exitCode !== 0)
    throw new Error(`wheelwright ${args.join(' ')}:\n${result.stdout}\n${result.stderr}`);
  return JSON.parse(result.stdout);
}

/** What the library answers on its own machine, or why that can't be known here. */
async function ask(library, { loader, root, qemu, triple }) {
  const native = root === '/';
  const program = `qemu-${qemu}`;
  if (triple.endsWith('-musl') && native) {
    if (!existsSync(MUSL_LOADER)) return { skipped: `${MUSL_LOADER} is not there` };
    const { exitCode, stdout, stderr } = await run(MUSL_LOADER, [loader, library, '10']);
    return exitCode === 0 ? { said: stdout.trim() } : { failed: stderr };
  }
  const command = native ? [loader, library, '10'] : [program, '-L', root, loader, library, '10'];
  if (!native && !existsSync(root)) return { skipped: `${root} is not there` };
  // Not among qemu's own variables, which is a program of this machine.
  const env = native ? {} : { QEMU_SET_ENV: `LD_LIBRARY_PATH=${join(root, 'lib')}` };
  const result = await run(command[0], command.slice(1), { env });
  if (result.code === 'ENOENT') return { skipped: `${program} is not there` };
  return result.exitCode === 0 ? { said: result.stdout.trim() } : { failed: result.stderr || result.message };
}

async function zig() {
  const folder = join(cache, 'zig');
  const [version] = (await readdir(folder)).filter((name) => /^\d[\d.]*$/.test(name));
  return join(folder, version, 'ziglang', 'zig');
}

async function examine(arch, folder) {
  const [platform, root, qemu, triple] = ARCHITECTURES[arch];
  const out = join(folder, arch);
  const compiled = await wheelwright(
    'compile',
    join(here, 'project'),
    '--json',
    '--platform',
    platform,
    '--out',
    out,
  );
  const loader = join(out, 'load');
  const env = {
    ZIG_GLOBAL_CACHE_DIR: join(cache, 'zig-cache'),
    ZIG_LOCAL_CACHE_DIR: join(cache, 'zig-cache'),
  };
  const built = await run(
    await zig(),
    [
      'cc',
      '-target',
      triple,
      '-O2',
      '-o',
      loader,
      join(here, 'load.c'),
      '-ldl',
      ...(triple.endsWith('-musl') ? ['-dynamic'] : []),
      ...(arch === 'ppc64le' ? ['-mabi=ibmlongdouble'] : []),
    ],
    {
      env,
    },
  );
  if (built.exitCode !== 0) throw new Error(built.stderr);
  const lines = [];
  for (const { name, path } of compiled.libraries) {
    const audited = await wheelwright('audit', '--json', '--policy', platform, path);
    const { said, failed, skipped } =
      root === undefined ? {} : await ask(path, { loader, root, qemu, triple });
    const right = root === undefined ? audited.platform === platform : said === ANSWERS[name];
    const answer = root === undefined ? 'not run' : `answers ${said}`;
    const ran = skipped ?? (failed === undefined ? answer : failed.trim());
    lines.push({
      ok: right || skipped !== undefined,
      skipped: skipped !== undefined,
      text: `${arch.padEnd(12)} ${name.padEnd(12)} ${audited.platform.padEnd(24)} ${ran}`,
    });
  }
  return lines;
}

const asked = process.argv.slice(2);
const chosen = asked.length === 0 ? Object.keys(ARCHITECTURES) : asked;
const folder = await mkdtemp(join(tmpdir(), 'wheelwright-architectures-'));
let failed = 0;
try {
  for (const arch of chosen) {
    if (!(arch in ARCHITECTURES))
      throw new Error(`${arch} is none of ${Object.keys(ARCHITECTURES).join(', ')}`);
    const lines = await examine(arch, folder).catch((error) => [
      { ok: false, text: `${arch.padEnd(12)} ${error.message}` },
    ]);
    for (const { ok, skipped, text } of lines) {
      console.log(`${ok ? (skipped ? '-' : '✔') : '✗'} ${text}`);
      if (!ok || (skipped && process.env.WHEELWRIGHT_REFUSE_SKIPS === '1')) failed += 1;
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exitCode = failed === 0 ? 0 : 1;
