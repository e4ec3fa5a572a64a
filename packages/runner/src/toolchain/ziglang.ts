import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RunnerError } from '../error.js';
import { withLock } from '../lock.js';
import { runTool, type ToolContext } from '../runner/tool.js';

/** The PyPI package that holds zig, and the sha256 of its wheels for the hosts that we know. */
export const ZIGLANG = {
  version: '0.17.1',
  sha256: {
    x86_64: 'ea6cc5d87b033cf0aedfbc8f9549a908cae6c50ac31f1698188fa48a74524b54',
    aarch64: 'b7c5f02fccd40f89b999ee16a1f5ddced56e6182370f8affe494bcf8a28cf07e',
  },
} as const;

/** pip's answer for a Python that was installed without it. */
const NO_PIP = /No module named '?pip/;

/**
 * Installs zig into the cache, once: pip takes the wheel that fits this host, if it has a known hash.
 *
 * @returns the path of the zig program
 * @throws {@link RunnerError} `python-missing`, `zig-missing`
 */
export async function installZig(
  cache: string,
  context: ToolContext & { readonly onInstall: () => void },
): Promise<string> {
  const folder = join(cache, 'zig', ZIGLANG.version);
  const program = join(folder, 'ziglang', 'zig');
  if (existsSync(program)) return program;
  const lock = join(cache, 'locks', `zig-${ZIGLANG.version}.lock`);
  return withLock(
    lock,
    async () => {
      if (existsSync(program)) return program;
      context.onInstall();
      const draft = `${folder}.draft`;
      await rm(draft, { recursive: true, force: true });
      try {
        await mkdir(draft, { recursive: true });
        await pipInstall(draft, context);
        await checkVersion(draft, context);
        await rename(draft, folder);
      } finally {
        await rm(draft, { recursive: true, force: true });
      }
      return program;
    },
    { signal: context.signal },
  );
}

async function pipInstall(draft: string, context: ToolContext): Promise<void> {
  const requirements = join(draft, 'requirements.txt');
  const hashes = Object.values(ZIGLANG.sha256).map((digest) => `--hash=sha256:${digest}`);
  await writeFile(requirements, `ziglang==${ZIGLANG.version} ${hashes.join(' ')}\n`);
  const args = ['-m', 'pip', 'install', '--target', draft, '--requirement', requirements, '--require-hashes'];
  const manners = ['--no-deps', '--only-binary', ':all:', '--no-compile', '--no-input', '--quiet'];
  const result = await runPython([...args, ...manners], draft, context);
  if (result.exitCode === 0) return;
  const said = result.stderr.trim();
  if (NO_PIP.test(said)) {
    throw new RunnerError('python-missing', `python3 has no pip, which installs zig: ${said}`, {
      hint: 'install pip (Debian: apt install python3-pip; elsewhere: python3 -m ensurepip)',
    });
  }
  throw new RunnerError(
    'zig-missing',
    `pip couldn't install ziglang ${ZIGLANG.version}: ${lastLines(said)}`,
    {
      hint: `it needs the package index (pip's own settings apply) and a Linux host of x86_64 or aarch64; without zig: --toolchain host`,
    },
  );
}

async function runPython(
  args: readonly string[],
  folder: string,
  context: ToolContext,
): ReturnType<typeof runTool> {
  // A user's settings that contradict --target.
  const environment = { ...context.environment, PIP_USER: '0', PIP_REQUIRE_VIRTUALENV: '0' };
  const hint = 'zig is installed by it: install Python 3 with pip, or use --toolchain host';
  try {
    return await runTool('python3', args, { ...context, environment, folder, hint });
  } catch (error) {
    if (!(error instanceof RunnerError) || error.code !== 'tool-missing') throw error;
    throw new RunnerError('python-missing', error.message, { hint, cause: error });
  }
}

/** The wheel may be the right one and still not run here: a musl host, say, or no right to execute in the cache. */
async function checkVersion(draft: string, context: ToolContext): Promise<void> {
  const program = join(draft, 'ziglang', 'zig');
  const hint = 'is the cache on a file system that is mounted noexec?';
  const result = await runTool(program, ['version'], { ...context, folder: draft, hint }).catch(
    (cause: unknown) => {
      if (!(cause instanceof RunnerError)) throw cause;
      throw new RunnerError('zig-missing', `the installed zig doesn't start: ${cause.message}`, {
        hint,
        cause,
      });
    },
  );
  if (result.exitCode === 0 && result.stdout.trim() === ZIGLANG.version) return;
  throw new RunnerError(
    'zig-missing',
    `the installed zig says '${result.stdout.trim()}${lastLines(result.stderr)}' instead of its version ${ZIGLANG.version}`,
    { hint },
  );
}

function lastLines(text: string): string {
  return text.split('\n').slice(-3).join(' ').trim();
}
