import { stat } from 'node:fs/promises';
import { ask } from './ask.js';
import { packageUrl, type Distribution, type PackageOwner } from './package-owner.js';

/** Reads the answer of `dpkg-query -S`: which package owns which path. */
export function parseDpkgSearch(text: string): Map<string, string> {
  const owners = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^([^\s,]+)(?:, [^:]+(?::[^\s,]+)?)*: (\/.+)$/.exec(line);
    if (match !== null && !line.startsWith('diversion ')) owners.set(match[2] ?? '', match[1] ?? '');
  }
  return owners;
}

/** Names that dpkg may have a file under: before /usr was merged, what is in /usr/lib today was in /lib. */
export function dpkgPaths(path: string): string[] {
  if (/^\/usr\/(?:lib|lib64|bin|sbin)\//.test(path)) return [path, path.slice('/usr'.length)];
  return /^\/(?:lib|lib64|bin|sbin)\//.test(path) ? [path, `/usr${path}`] : [path];
}

const FIELDS = '${Package}\\t${Version}\\t${Architecture}\\n';

/** The Debian packages that own files, by the paths that were asked for. */
export async function dpkgOwners(
  paths: readonly string[],
  distribution: Distribution,
  signal: AbortSignal | undefined,
): Promise<Map<string, PackageOwner>> {
  const owners = new Map<string, PackageOwner>();
  const answer = await ask('dpkg-query', ['-S', '--', ...paths.flatMap(dpkgPaths)], signal);
  if (answer === undefined) return owners;
  const packages = parseDpkgSearch(answer);
  const known = new Map<string, PackageOwner>();
  for (const path of paths) {
    const spec = dpkgPaths(path)
      .map((candidate) => packages.get(candidate))
      .find((found) => found !== undefined);
    if (spec === undefined) continue;
    const owner = known.get(spec) ?? (await describe(spec, distribution, signal));
    if (owner === undefined) continue;
    known.set(spec, owner);
    owners.set(path, owner);
  }
  return owners;
}

async function describe(
  spec: string,
  distribution: Distribution,
  signal: AbortSignal | undefined,
): Promise<PackageOwner | undefined> {
  const answer = await ask('dpkg-query', ['-W', `-f=${FIELDS}`, '--', spec], signal);
  const [name, version, architecture] = answer?.split('\n')[0]?.split('\t') ?? [];
  if (name === undefined || version === undefined || architecture === undefined) return undefined;
  const copyright = `/usr/share/doc/${name}/copyright`;
  const isThere = await stat(copyright).then(
    (stats) => stats.isFile(),
    () => false,
  );
  return {
    manager: 'deb',
    name,
    version,
    architecture,
    purl: packageUrl('deb', distribution, { name, version, architecture }),
    licenseFiles: isThere ? [copyright] : [],
  };
}
