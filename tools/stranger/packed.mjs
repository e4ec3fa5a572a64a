/** The packages that are published, packed as the registry would get them. */
import { execFile } from 'node:child_process';
import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Packs every package that isn't private.
 *
 * @param {string} root the repository
 * @param {string} destination a folder, emptied first
 * @returns {Promise<{ name: string, folder: string, tarball: string, size: number, unpacked: number, files: string[],
 *   manifest: object }[]>} sizes in bytes
 */
export async function packPackages(root, destination) {
  await rm(destination, { recursive: true, force: true });
  await mkdir(destination, { recursive: true });
  const packed = [];
  for (const entry of (await readdir(path.join(root, 'packages'))).sort()) {
    const folder = path.join(root, 'packages', entry);
    const manifest = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
    if (manifest.private) continue;
    const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', destination];
    const [report] = JSON.parse((await run('npm', args, { cwd: folder })).stdout);
    packed.push({
      name: manifest.name,
      folder,
      tarball: path.join(destination, report.filename),
      size: report.size,
      unpacked: report.unpackedSize,
      files: report.files.map((file) => file.path),
      manifest,
    });
  }
  return packed;
}
