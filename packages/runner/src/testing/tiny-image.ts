import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The programs that the runner docker itself needs of an image. */
const PROGRAMS = ['dash', 'cp', 'sleep'];

/**
 * Writes the archive of the smallest image that a runner can work in: a few programs of this host with the libraries
 * that they need, 4 MB. An engine imports it in no time.
 *
 * @param folder - one that isn't there yet
 * @param programs - names in `/bin`, or paths; `dash` is among them
 * @returns the archive's path
 */
export function tinyImage(folder: string, programs: readonly string[] = PROGRAMS): string {
  const root = join(folder, 'root');
  const copy = (path: string): void => {
    const target = join(root, path);
    mkdirSync(dirname(target), { recursive: true });
    if (!existsSync(target)) copyFileSync(realpathSync(path), target);
  };
  for (const name of programs) {
    const program = resolve('/bin', name);
    copy(program);
    const needs = execFileSync('ldd', [program], { encoding: 'utf8' });
    for (const [library] of needs.matchAll(/\/\S+/g)) copy(library);
  }
  symlinkSync('dash', join(root, 'bin/sh'));
  const archive = join(folder, 'image.tar');
  execFileSync('tar', ['-C', root, '-cf', archive, '.']);
  return archive;
}
