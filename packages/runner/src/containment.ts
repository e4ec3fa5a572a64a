import { lstat, readlink } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { errnoOf } from './error.js';

/** As many links as Linux follows in one path before it says ELOOP. */
const MAX_LINKS = 40;

/** Whether `path` is `root` or below it, by their names alone. */
export function isBelow(root: string, path: string): boolean {
  const steps = relative(root, path);
  return steps === '' || (steps !== '..' && !steps.startsWith(`..${sep}`) && !isAbsolute(steps));
}

/** Whether a relative path (or glob) stays where it starts, by its name alone: not absolute, no step upwards. */
export function staysInside(path: string): boolean {
  return !isAbsolute(path) && !path.includes('\0') && !path.split('/').includes('..');
}

/**
 * Resolves a path as the kernel would, links included, without ever leaving `root`.
 * Steps that don't exist (yet) stand for themselves.
 *
 * @param root - a folder's real path
 * @param path - relative to it
 * @returns the absolute path, or undefined where a step, a link or a loop of links leads out of the root
 */
export async function resolveInside(root: string, path: string): Promise<string | undefined> {
  if (isAbsolute(path)) return undefined;
  const pending = path.split(sep);
  const reached: string[] = [];
  for (let links = 0; pending.length > 0; ) {
    const step = pending.shift();
    if (step === undefined || step === '' || step === '.') continue;
    if (step === '..') {
      if (reached.pop() === undefined) return undefined;
      continue;
    }
    const target = await linkTarget(join(root, ...reached, step));
    if (target === undefined) {
      reached.push(step);
      continue;
    }
    links += 1;
    if (links > MAX_LINKS || isAbsolute(target)) return undefined;
    pending.unshift(...target.split(sep));
  }
  return join(root, ...reached);
}

async function linkTarget(path: string): Promise<string | undefined> {
  try {
    return (await lstat(path)).isSymbolicLink() ? await readlink(path) : undefined;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}
