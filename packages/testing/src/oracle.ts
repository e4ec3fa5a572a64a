import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

/** This repository's root folder. */
export const repositoryRoot = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const bin = join(repositoryRoot, 'tmp/oracles/bin');

/** The environment in which the installed oracles find one another before anything else on PATH. */
export function oracleEnvironment(): Record<string, string> {
  return { PATH: `${bin}:${process.env['PATH'] ?? ''}`, PYTHONDONTWRITEBYTECODE: '1' };
}

/** What an oracle said. The exit code is undefined where it could not be started or was killed. */
export interface OracleResult {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs one of the tools of tools/oracles (`auditwheel`, `uv`, `twine`, `python` ...), or another by its absolute path,
 * and returns its result also when it failed: what it says is what the test compares with.
 */
export async function oracle(
  tool: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Record<string, string> } = {},
): Promise<OracleResult> {
  const { exitCode, stdout, stderr } = await execa(resolve(bin, tool), args, {
    ...options,
    env: { ...oracleEnvironment(), ...options.env },
    reject: false,
    encoding: 'utf8',
  });
  return { exitCode, stdout, stderr };
}
