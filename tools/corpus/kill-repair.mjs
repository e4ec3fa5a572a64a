/**
 * `npx nx run repair:kill [-- ROUNDS]`: ends repairs by SIGKILL at moments spread over their whole run. After each one
 * the wheel of an earlier run is what it was, or the new one is whole; and the next run sweeps away what was left.
 */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { writeWheel } from '../../packages/wheel/dist/index.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const rounds = Number(process.argv[2] ?? 40);
const folder = mkdtempSync(path.join(tmpdir(), 'wheelwright-kill-'));
const out = path.join(folder, 'out');
const EARLIER = 'the wheel of an earlier run';

const gcc = (...args) => {
  const { status, stderr } = spawnSync('gcc', ['-shared', '-fPIC', ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
};

async function makeWheel() {
  writeFileSync(
    path.join(folder, 'data.bin'),
    Buffer.concat([randomBytes(8 << 20), Buffer.alloc(24 << 20, 'x')]),
  );
  writeFileSync(path.join(folder, 'data.S'), '.section .rodata\n.global data\ndata: .incbin "data.bin"\n');
  writeFileSync(path.join(folder, 'big.c'), 'extern const char data[]; int big(void) { return data[7]; }');
  writeFileSync(path.join(folder, 'ext.c'), 'int big(void); int ext(void) { return big(); }');
  gcc('-Wl,-Bsymbolic,-soname,libbig.so.1', '-o', 'libbig.so.1', 'big.c', 'data.S');
  gcc('-o', 'ext.so', 'ext.c', 'libbig.so.1', '-Wl,--no-as-needed', '-lc');
  return writeWheel(folder, {
    distribution: 'big',
    version: '1.0',
    tags: { python: 'py3', abi: 'none', platform: 'linux_x86_64' },
    metadata: 'Metadata-Version: 2.1\nName: big\nVersion: 1.0\n',
    files: [{ name: 'big/ext.so', content: { path: path.join(folder, 'ext.so') } }],
    rootIsPurelib: false,
    generator: 'kill-repair',
  });
}

const start = (wheel) =>
  spawn(
    process.execPath,
    [path.join(root, 'packages/cli/bin/wheelwright.js'), 'repair', '--ldpaths', folder, '--out', out, wheel],
    { stdio: 'ignore', env: { ...process.env, TMPDIR: path.join(folder, 'tmp') } },
  );

let exitCode = 0;
try {
  mkdirSync(path.join(folder, 'tmp'));
  const { path: wheel } = await makeWheel();
  const began = performance.now();
  const [status] = await once(start(wheel), 'exit');
  if (status !== 0) throw new Error(`the repair itself exits with ${status}`);
  const whole = performance.now() - began;
  const [name] = readdirSync(out);
  const bytes = readFileSync(path.join(out, name));
  const seen = { killed: 0, earlier: 0, whole: 0 };
  for (let round = 0; round < rounds; round += 1) {
    writeFileSync(path.join(out, name), EARLIER);
    const child = start(wheel);
    const exit = once(child, 'exit');
    await delay((whole * 1.1 * (round + Math.random())) / rounds);
    child.kill('SIGKILL');
    const [, signal] = await exit;
    if (signal === 'SIGKILL') seen.killed += 1;
    const found = readFileSync(path.join(out, name));
    if (found.toString() === EARLIER) seen.earlier += 1;
    else if (found.equals(bytes)) seen.whole += 1;
    else {
      exitCode = 1;
      console.error(`kill: round ${round}: ${name} is neither what it was nor whole`);
    }
  }
  await once(start(wheel), 'exit');
  const left = readdirSync(out);
  if (left.length !== 1 || seen.killed === 0) {
    exitCode = 1;
    console.error(`kill: ${seen.killed} runs were killed; left beside the wheel: ${left.join(', ')}`);
  }
  console.log(
    `kill: ${rounds} runs, ${seen.killed} killed: ${seen.earlier} times what it was, ${seen.whole} times whole`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = exitCode;
