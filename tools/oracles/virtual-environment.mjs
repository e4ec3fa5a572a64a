import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const temporary = fileURLToPath(new URL('../../tmp/', import.meta.url));

/**
 * Installs pinned requirements, complete with what they depend on, into the virtual environment `tmp/NAME`, once
 * for each version of the file. A marker written last tells a finished installation from one that was interrupted.
 *
 * @param {URL} requirements a pip requirements file
 * @param {string} name the environment's folder below `tmp/`
 * @returns {{ folder: string, bin: string, fresh: boolean }} absolute paths, and whether anything was installed
 */
export function installRequirements(requirements, name) {
  const folder = path.join(temporary, name);
  const bin = path.join(folder, 'bin');
  const marker = path.join(folder, 'installed');
  const file = fileURLToPath(requirements);
  const wanted = createHash('sha256').update(readFileSync(file)).digest('hex');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return { folder, bin, fresh: false };

  rmSync(folder, { recursive: true, force: true });
  execFileSync('python3', ['-m', 'venv', folder], { stdio: 'inherit' });
  const pip = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--requirement', file];
  execFileSync(path.join(bin, 'python'), pip, { stdio: 'inherit' });
  writeFileSync(marker, wanted);
  return { folder, bin, fresh: true };
}
