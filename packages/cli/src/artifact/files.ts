import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { LocalFile } from '@wheelwright/artifact';
import { CliError } from '../error.js';

/**
 * The files of a role: paths as they are, else globs. A pattern that matches nothing is an error, and never dropped.
 * @throws {@link CliError} `not-found`
 */
export async function filesOfRole(
  patterns: readonly string[],
  role: LocalFile['role'],
  cwd: string,
): Promise<readonly LocalFile[]> {
  const files: LocalFile[] = [];
  for (const pattern of patterns) {
    for (const path of await expand(pattern, cwd)) files.push({ path, name: basename(path), role });
  }
  return files;
}

async function expand(pattern: string, cwd: string): Promise<readonly string[]> {
  const path = resolve(cwd, pattern);
  const isFile = await stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
  if (isFile) return [path];
  // Loaded late: a path needs no patterns.
  const { glob } = await import('tinyglobby');
  const found = await glob(pattern, { cwd, absolute: true, dot: true, expandDirectories: false });
  if (found.length === 0) {
    throw new CliError('not-found', `artifact: ${pattern} matches no file`, {
      hint: `it was looked for from ${cwd}`,
    });
  }
  return found.toSorted();
}
