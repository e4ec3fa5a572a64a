/**
 * Installs the Python tools that the tests compare with (auditwheel, uv, twine ...) into a virtual environment
 * under `tmp/oracles`, once for each version of requirements.txt. A marker written last tells a finished
 * installation from one that was interrupted.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const here = path.dirname(fileURLToPath(import.meta.url));
const requirements = path.join(here, 'requirements.txt');
const folder = path.resolve(here, '../../tmp/oracles');
const marker = path.join(folder, 'installed');
const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex');

if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) {
  console.log('oracles: installed');
} else {
  rmSync(folder, { recursive: true, force: true });
  execFileSync('python3', ['-m', 'venv', folder], { stdio: 'inherit' });
  execFileSync(
    path.join(folder, 'bin', 'python'),
    ['-m', 'pip', 'install', '--quiet', '--no-deps', '--requirement', requirements],
    {
      stdio: 'inherit',
    },
  );
  writeFileSync(marker, wanted);
  console.log('oracles: installed now');
}
