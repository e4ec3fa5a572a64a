import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa, ExecaError } from 'execa';
import { CliError } from '../error.js';

/**
 * Installs a wheel into a new virtual environment and imports it, as its users will. Without requirements of its
 * own the wheel must install with no index at hand.
 *
 * @throws {@link CliError} `tool-missing` where there is no such interpreter, `refused` where pip or the import fails
 */
export async function installAndImport(
  wheel: { readonly path: string; readonly importName: string; readonly requirements: readonly string[] },
  python: string,
  signal: AbortSignal,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'wheelwright-test-'));
  const interpreter = join(folder, 'bin', 'python');
  const index = wheel.requirements.length === 0 ? ['--no-index'] : [];
  const options = { cancelSignal: signal, cwd: folder } as const;
  try {
    await execa(python, ['-m', 'venv', folder], options).catch((cause: unknown) => {
      throw new CliError('tool-missing', `${python} can't make a virtual environment: ${said(cause)}`, {
        hint: 'name another interpreter: --python PROGRAM (Debian keeps venv in the package python3-venv)',
        cause,
      });
    });
    await execa(interpreter, ['-m', 'pip', 'install', '--quiet', ...index, wheel.path], options).catch(
      (cause: unknown) => {
        throw new CliError('refused', `${wheel.path}: pip does not install it: ${said(cause)}`, { cause });
      },
    );
    // -I: nothing of the current folder or of PYTHONPATH may stand in for what was installed.
    await execa(interpreter, ['-I', '-c', `import ${wheel.importName}`], options).catch((cause: unknown) => {
      throw new CliError('refused', `${wheel.path}: import ${wheel.importName} fails: ${said(cause)}`, {
        cause,
      });
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The last line of what a program said, which is where Python and pip put the reason. */
function said(cause: unknown): string {
  if (!(cause instanceof ExecaError)) return String(cause);
  const lines = String(cause.stderr).trim().split('\n');
  return lines.at(-1) === '' ? cause.shortMessage : (lines.at(-1) ?? '');
}
