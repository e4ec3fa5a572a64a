import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { oracle, type OracleResult } from '@wheelwright/testing';

/** A new virtual environment with one wheel in it, and nothing of an index. uv takes a tenth of pip's time. */
export async function installIntoVenv(
  folder: string,
  wheel: string,
  installer: 'uv' | 'pip' = 'uv',
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const made = await oracle('python', ['-m', 'venv', '--without-pip', folder]);
  if (made.exitCode !== 0) throw new Error(made.stderr);
  const interpreter = join(folder, 'bin', 'python');
  const what = ['--quiet', '--no-index', '--no-deps', wheel];
  const installed =
    installer === 'uv'
      ? await oracle('uv', ['pip', 'install', '--offline', '--python', interpreter, ...what])
      : await oracle('python', ['-m', 'pip', '--python', interpreter, 'install', ...what]);
  if (installed.exitCode !== 0) throw new Error(installed.stderr);
  return folder;
}

/** Runs code in a virtual environment, with every symbol bound at once and no search path of the tests'. */
export function runInVenv(folder: string, code: string): Promise<OracleResult> {
  return oracle(join(folder, 'bin', 'python'), ['-I', '-c', code], {
    env: { LD_BIND_NOW: '1', LD_LIBRARY_PATH: '' },
    cwd: folder,
  });
}
