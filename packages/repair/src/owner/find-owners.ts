import { readFile } from 'node:fs/promises';
import { apkOwner } from './apk.js';
import { dpkgOwners } from './dpkg.js';
import { parseOsRelease, type PackageOwner } from './package-owner.js';
import { rpmOwner } from './rpm.js';

/**
 * The packages that files of this machine belong to, by the paths that were asked for; a path that no package manager
 * knows is absent.
 */
export async function findOwners(
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, PackageOwner>> {
  if (paths.length === 0) return new Map();
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const distribution = parseOsRelease(release);
  const owners = await dpkgOwners(paths, distribution, signal);
  for (const path of paths) {
    if (owners.has(path)) continue;
    const owner =
      (await rpmOwner(path, distribution, signal)) ?? (await apkOwner(path, distribution, signal));
    if (owner !== undefined) owners.set(path, owner);
  }
  return owners;
}
