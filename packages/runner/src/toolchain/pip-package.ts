import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RunnerError } from '../error.js';
import { withLock } from '../lock.js';
import { runTool, type ToolContext } from '../runner/tool.js';

/** A program that comes as a wheel from the package index, pinned by version and by the hashes of its wheels. */
export interface PipPackage {
  /** What people call the program. */
  readonly name: string;
  /** The distribution's name on the index. */
  readonly distribution: string;
  readonly version: string;
  /** One for each kind of host that it is known for. */
  readonly sha256: Readonly<Record<string, string>>;
  /** The program below the installed folder. */
  readonly program: readonly string[];
  /** The text of the program, for a package that brings a library only. */
  readonly launcher?: string;
  /** The arguments with which it prints its version. */
  readonly versionArguments: readonly string[];
  /** The error's code where it can't be had. */
  readonly missing: 'zig-missing' | 'tool-missing';
  /** What to do without it. */
  readonly otherwise: string;
}

/** What an installation needs to know; `onInstall` is called where one is needed. */
export interface InstallContext extends ToolContext {
  readonly onInstall: () => void;
}

/** pip's answer for a Python that was installed without it. */
const NO_PIP = /No module named '?pip/;

/**
 * Installs a program into the cache, once: pip takes the wheel that fits this host, if it has a known hash. The
 * folder is there as a whole or not at all.
 *
 * @returns the path of the program
 * @throws {@link RunnerError} `python-missing`, or the package's own code
 */
export async function installPipPackage(
  cache: string,
  wanted: PipPackage,
  context: InstallContext,
): Promise<string> {
  const folder = join(cache, wanted.name, wanted.version);
  const program = join(folder, ...wanted.program);
  if (existsSync(program)) return program;
  const lock = join(cache, 'locks', `${wanted.name}-${wanted.version}.lock`);
  return withLock(
    lock,
    async () => {
      if (existsSync(program)) return program;
      context.onInstall();
      const draft = `${folder}.draft`;
      await rm(draft, { recursive: true, force: true });
      try {
        await mkdir(draft, { recursive: true });
        await pipInstall(draft, wanted, context);
        if (wanted.launcher !== undefined)
          await writeLauncher(join(draft, ...wanted.program), wanted.launcher);
        await checkVersion(draft, wanted, context);
        await rename(draft, folder);
      } finally {
        await rm(draft, { recursive: true, force: true });
      }
      return program;
    },
    { signal: context.signal },
  );
}

async function pipInstall(draft: string, wanted: PipPackage, context: ToolContext): Promise<void> {
  const { name, distribution, version, sha256, otherwise } = wanted;
  const requirements = join(draft, 'requirements.txt');
  const hashes = Object.values(sha256).map((digest) => `--hash=sha256:${digest}`);
  await writeFile(requirements, `${distribution}==${version} ${hashes.join(' ')}\n`);
  const args = ['-m', 'pip', 'install', '--target', draft, '--requirement', requirements, '--require-hashes'];
  const manners = ['--no-deps', '--only-binary', ':all:', '--no-compile', '--no-input', '--quiet'];
  const result = await runPython([...args, ...manners], draft, wanted, context);
  if (result.exitCode === 0) return;
  const said = result.stderr.trim();
  if (NO_PIP.test(said)) {
    throw new RunnerError('python-missing', `python3 has no pip, which installs ${name}: ${said}`, {
      hint: 'install pip (Debian: apt install python3-pip; elsewhere: python3 -m ensurepip)',
    });
  }
  throw new RunnerError(
    wanted.missing,
    `pip couldn't install ${distribution} ${version}: ${lastLines(said)}`,
    {
      hint: `it needs the package index (pip's own settings apply) and a host of ${Object.keys(sha256).join(' or ')}; without ${name}: ${otherwise}`,
    },
  );
}

async function writeLauncher(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await rm(path, { force: true });
  await writeFile(path, text, { mode: 0o755 });
}

async function runPython(
  args: readonly string[],
  folder: string,
  { name, otherwise }: PipPackage,
  context: ToolContext,
): ReturnType<typeof runTool> {
  // A user's settings that contradict --target.
  const environment = { ...context.environment, PIP_USER: '0', PIP_REQUIRE_VIRTUALENV: '0' };
  const hint = `${name} is installed by it: install Python 3 with pip; without ${name}: ${otherwise}`;
  try {
    return await runTool('python3', args, { ...context, environment, folder, hint });
  } catch (error) {
    if (!(error instanceof RunnerError) || error.code !== 'tool-missing') throw error;
    throw new RunnerError('python-missing', error.message, { hint, cause: error });
  }
}

/** The wheel may be the right one and still not run here: a musl host, say, or no right to execute in the cache. */
async function checkVersion(draft: string, wanted: PipPackage, context: ToolContext): Promise<void> {
  const { name, version, versionArguments, missing } = wanted;
  const program = join(draft, ...wanted.program);
  const hint = 'is the cache on a file system that is mounted noexec?';
  const result = await runTool(program, versionArguments, { ...context, folder: draft, hint }).catch(
    (cause: unknown) => {
      if (!(cause instanceof RunnerError)) throw cause;
      throw new RunnerError(missing, `the installed ${name} doesn't start: ${cause.message}`, {
        hint,
        cause,
      });
    },
  );
  const [said = ''] = result.stdout.trim().split('\n');
  // `0.17.1`, `cmake version 3.31.10`, `1.13.2.git.kitware`: its own version as a word.
  if (result.exitCode === 0 && ` ${said}.`.includes(` ${version}.`)) return;
  throw new RunnerError(
    missing,
    `the installed ${name} says '${said}${lastLines(result.stderr)}' instead of its version ${version}`,
    { hint },
  );
}

function lastLines(text: string): string {
  return text.split('\n').slice(-3).join(' ').trim();
}
