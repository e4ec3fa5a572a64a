import { isAbsolute, basename } from 'node:path';
import { stat, realpath } from 'node:fs/promises';
import { fetchArchive } from '../archive/fetch.js';
import { archiveName, pinnedDigest } from '../archive/pin.js';
import { folderIn, unpackArchive } from '../archive/unpack.js';
import { staysInside } from '../containment.js';
import { RunnerError } from '../error.js';
import type { Material, Part } from '../request.js';
import type { ToolContext } from '../runner/tool.js';
import { parseGitAddress } from './git/address.js';
import { checkGitSource, checkoutCommit } from './git/checkout.js';

/** What bringing a material takes. */
export interface MaterialContext extends ToolContext {
  /** The cache's root: downloads and copies of repositories are kept there. */
  readonly cache: string;
}

/** Who asks, and what to call it where a folder isn't there. */
interface Purpose {
  readonly missing: 'source-missing' | 'overlay-missing' | 'bad-archive';
}

/**
 * Looks at where files are to come from, before anything is touched.
 *
 * @throws {@link RunnerError} `bad-request`
 */
export function checkMaterial(material: Material, { origin, subfolder }: Part): void {
  if (subfolder !== undefined && !staysInside(subfolder))
    throw new RunnerError('bad-request', `${origin}: the subfolder '${subfolder}' leads out of it`);
  if ('path' in material) {
    if (!isAbsolute(material.path))
      throw new RunnerError('bad-request', `${origin}: '${material.path}' is no absolute path`);
  } else if ('git' in material) checkGitSource(material, origin);
  else pinnedDigest(material, origin);
}

/** What identifies the content of what is pinned, and nothing of where it lies. */
export function pinOf(material: Exclude<Material, { path: string }>, origin: string): string {
  if ('git' in material) return `${material.commit}${material.submodules === true ? ' with submodules' : ''}`;
  return pinnedDigest(material, origin).hex;
}

/** What a material is called in messages, without a password. */
export function describeMaterial(material: Material, origin: string): string {
  if ('path' in material) return material.path;
  if ('git' in material)
    return `${parseGitAddress(material.git, origin).url} ${material.commit.slice(0, 12)}`;
  return 'archive' in material && !isAbsolute(material.archive)
    ? material.archive.replace(/\/\/[^/@]*@/, '//')
    : archiveName(material);
}

/** A short word for a material: the name of its folder, repository or package. */
export function shortName(material: Material): string {
  const name = 'path' in material ? material.path : 'git' in material ? material.git : archiveName(material);
  return basename(name.replace(/[?#].*$/, '')).replace(/\.(git|zip|whl|tar(\.\w+)?|tgz)$/, '');
}

/**
 * Brings files here and says in which folder they lie: a folder of this machine stays where it is, everything else
 * is fetched, checked and written into a new one.
 *
 * @param folder - an absolute path that doesn't exist yet; its parent does
 * @throws {@link RunnerError} what fetching, checking and unpacking may throw; `missing` where the folder isn't there
 */
export async function provideMaterial(
  material: Material,
  { origin, subfolder }: Part,
  folder: string,
  { missing }: Purpose,
  context: MaterialContext,
): Promise<string> {
  const part = { code: missing, origin } as const;
  if ('path' in material) {
    const status = await stat(material.path).catch(() => undefined);
    if (status?.isDirectory() !== true)
      throw new RunnerError(missing, `${origin}: ${material.path} is no folder`);
    return folderIn(await realpath(material.path), subfolder ?? '.', part);
  }
  if ('git' in material) {
    await checkoutCommit(material, folder, { origin, cache: context.cache }, context);
    return folderIn(await realpath(folder), subfolder ?? '.', part);
  }
  const archive = await fetchArchive({ source: material, origin }, context.cache, context);
  return unpackArchive(
    archive,
    folder,
    { origin, missing, ...(subfolder === undefined ? {} : { subfolder }) },
    context,
  );
}
