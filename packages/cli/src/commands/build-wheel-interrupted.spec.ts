import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomBytes } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { describeIf, temporaryFolder } from '@wheelwright/testing';
import { execa } from 'execa';
import { run } from '../run.js';
import { pyproject, writeProject } from '../testing/project.js';
import { commitAll } from '../testing/repository.js';
import { TestHost, wheelwright } from '../testing/terminal.js';

const root = await temporaryFolder('interrupted');

/** A project whose compile command says that it has begun, leaves a grandchild behind, and never ends. */
const ENDLESS = `[tool.wheelwright]
package = "demo_ops"
libraries = [{ from = "build/*.so", base = "build" }]
[tool.wheelwright.source]
path = "native"
[tool.wheelwright.compile]
toolchain = "host"
command = ["python3", "endless.py"]`;
const SCRIPT = `import pathlib, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
pathlib.Path("build").mkdir()
pathlib.Path("build/libdemo.so").write_bytes(b"half a library")
pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build/begun").write_text(str(child.pid))
time.sleep(600)
`;

async function endlessProject(name: string): Promise<{ folder: string; begun: string }> {
  const begun = join(root, `${name}.begun`);
  const folder = await writeProject(root, name, {
    'pyproject.toml': pyproject(ENDLESS.replace('"endless.py"]', `"endless.py", "${begun}"]`)),
    'demo_ops/__init__.py': '',
    'native/endless.py': SCRIPT,
  });
  await commitAll(folder);
  return { folder, begun };
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(50);
}

/** A process that ended and that nobody has asked for yet (`Z`) runs no more. */
async function isRunning(pid: number): Promise<boolean> {
  const { stdout } = await execa('ps', ['-o', 'stat=', '-p', String(pid)], { reject: false });
  return /^[^Z]/.test(stdout.trim());
}

describeIf([{ program: 'gcc' }, { program: 'git' }], 'build-wheel, interrupted', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'stops everything on %s, says so, and leaves neither wheel nor artifact',
    async (signal, exitCode) => {
      const { folder, begun } = await endlessProject(signal);
      const host = new TestHost(folder, { ...process.env, WHEELWRIGHT_CACHE: join(root, `${signal}-cache`) });
      const ended = run(['build-wheel', '--store', 'store'], host);
      await until(() =>
        readFile(begun, 'utf8').then(
          (text) => text !== '',
          () => false,
        ),
      );
      const grandchild = Number(await readFile(begun, 'utf8'));
      expect(host.send(signal)).toBeGreaterThan(0);
      expect(await ended).toBe(exitCode);
      expect(host.err).toContain(`stopped by ${signal}`);
      expect(host.out).toBe('');
      expect(await isRunning(grandchild)).toBe(false);
      expect(await readdir(folder)).not.toContain('store');
      const left = await readdir(join(folder, 'dist'), { recursive: true });
      expect(left.filter((name) => name !== 'compiled')).toEqual([]);
    },
    60_000,
  );

  it('fails with exit code 6, the last lines and the log where the command fails', async () => {
    const folder = await writeProject(root, 'failing', {
      'pyproject.toml': pyproject(ENDLESS),
      'demo_ops/__init__.py': '',
      'native/endless.py': 'import sys; print("half way"); sys.exit(3)\n',
    });
    const cache = { ...process.env, WHEELWRIGHT_CACHE: join(root, 'failing-cache') };
    const { exitCode, stdout } = await wheelwright(folder, ['build-wheel', '--json'], cache);
    expect(exitCode).toBe(6);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'wheelwright/error@1',
      error: { code: 'compile-failed', command: ['python3', 'endless.py'] },
    });
    expect(stdout).toContain('half way');
  });

  it('names the missing tool where there is no Python to install zig with', async () => {
    const folder = await writeProject(root, 'no-python', {
      'pyproject.toml': pyproject(ENDLESS.replace('"host"', '"zig"')),
      'demo_ops/__init__.py': '',
      'native/endless.py': '',
    });
    const empty = join(root, 'empty');
    await mkdir(empty);
    const env = { PATH: empty, WHEELWRIGHT_CACHE: join(root, 'no-python-cache') };
    const { exitCode, stderr } = await wheelwright(folder, ['build-wheel'], env);
    expect(exitCode).toBe(3);
    expect(stderr).toContain('python3');
    expect(stderr).toContain('hint: ');
  });
});

const canMount = {
  met:
    process.getuid?.() === 0 &&
    (await execa('unshare', ['--mount', 'true'], { reject: false })).exitCode === 0,
  reason: 'a full disk is made by mounting a small file system, which only root may',
};

describeIf([canMount], 'build-wheel on a full disk', () => {
  const full = join(root, 'full');

  it('says so with exit code 3 and leaves no half of a wheel', async () => {
    await mkdir(full);
    await execa('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', full]);
    try {
      const folder = await writeProject(root, 'large', {
        'pyproject.toml': pyproject('[tool.wheelwright]\npackage = "demo_ops"'),
        'demo_ops/__init__.py': '',
        'demo_ops/noise.bin': randomBytes(1 << 20),
      });
      const { exitCode, stderr } = await wheelwright(folder, ['build-wheel', '--out', full]);
      expect(exitCode).toBe(3);
      expect(stderr).toMatch(/no space/i);
      expect(await readdir(full)).toEqual([]);
    } finally {
      await execa('umount', [full]);
    }
  });
});
