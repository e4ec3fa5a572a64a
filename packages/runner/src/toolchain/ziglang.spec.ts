import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it } from '@jest/globals';
import { temporaryFolder } from '@wheelwright/testing';
import { installZig, ZIGLANG } from './ziglang.js';

const root = await temporaryFolder('ziglang');
let count = 0;
let cache: string;
let bin: string;
let installs: number;

beforeEach(async () => {
  const folder = join(root, String(count++));
  [cache, bin] = [join(folder, 'cache'), join(folder, 'bin')];
  installs = 0;
  await mkdir(bin, { recursive: true });
  for (const tool of ['sh', 'mkdir', 'chmod', 'cat', 'sleep']) await symlink(`/bin/${tool}`, join(bin, tool));
});

/** A python3 that is a script: what pip does is pip's business, what we make of its answers is ours. */
async function python(script: string): Promise<void> {
  await writeFile(join(bin, 'python3'), `#!/bin/sh\n${script}\n`);
  await chmod(join(bin, 'python3'), 0o755);
}

function install(signal?: AbortSignal): Promise<string> {
  return installZig(cache, {
    environment: { PATH: bin, PIP_USER: '1' },
    signal,
    onInstall: () => (installs += 1),
  });
}

/** Does what pip would: `-m pip install --target FOLDER --requirement FILE ...`. */
function fakePip(version: string): string {
  return `target="$5"; printf '%s\\n' "$@" > "$target/args"; printf '%s' "$PIP_USER" > "$target/pip-user"
mkdir -p "$target/ziglang"; printf '#!/bin/sh\\necho ${version}\\n' > "$target/ziglang/zig"; chmod 755 "$target/ziglang/zig"`;
}

it('installs the pinned version by its hashes, once', async () => {
  await python(fakePip(ZIGLANG.version));
  const [program, same] = await Promise.all([install(), install()]);
  expect(same).toBe(program);
  expect(installs).toBe(1);
  const folder = join(cache, 'zig', ZIGLANG.version);
  expect(program).toBe(join(folder, 'ziglang', 'zig'));
  expect(await readFile(join(folder, 'args'), 'utf8')).toContain('--require-hashes\n');
  expect(await readFile(join(folder, 'pip-user'), 'utf8')).toBe('0');
  expect(await readFile(join(folder, 'requirements.txt'), 'utf8')).toBe(
    `ziglang==0.17.1 --hash=sha256:${ZIGLANG.sha256.x86_64} --hash=sha256:${ZIGLANG.sha256.aarch64}\n`,
  );
  await python('exit 1');
  expect(await install()).toBe(program);
});

it('asks for python3 where there is none', async () => {
  await expect(install()).rejects.toMatchObject({
    code: 'python-missing',
    hint: expect.stringContaining('Python 3'),
  });
});

it('asks for pip where python3 has none', async () => {
  await python('echo "python3: No module named pip" >&2; exit 1');
  await expect(install()).rejects.toMatchObject({
    code: 'python-missing',
    hint: expect.stringContaining('pip'),
  });
});

it.each([
  ['pip fails', 'echo "ERROR: No matching distribution found" >&2; exit 1', 'No matching distribution found'],
  ['another version was installed', fakePip('0.1.0'), "says '0.1.0' instead of its version 0.17.1"],
  ['nothing was installed', 'exit 0', "doesn't start"],
])('leaves nothing behind when %s', async (_name, script, message) => {
  await python(script);
  await expect(install()).rejects.toMatchObject({
    code: 'zig-missing',
    message: expect.stringContaining(message),
  });
  expect(await readdir(join(cache, 'zig'))).toEqual([]);
  expect(await readdir(join(cache, 'locks'))).toEqual([]);
});

it('can be cancelled', async () => {
  await python('sleep 60');
  await expect(install(AbortSignal.timeout(200))).rejects.toMatchObject({ name: 'TimeoutError' });
  expect(existsSync(join(cache, 'zig', ZIGLANG.version))).toBe(false);
  expect(await readdir(join(cache, 'zig'))).toEqual([]);
});
