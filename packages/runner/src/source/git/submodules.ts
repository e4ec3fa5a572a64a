import { RunnerError } from '../../error.js';
import { parseGitAddress, resolveSubmoduleUrl, type GitAddress } from './address.js';
import type { CachedRepository } from './repository.js';

/** A commit of another repository that a commit names, and where its files go. */
export interface Submodule {
  /** Below the tree of the commit that names it, with `/`. */
  readonly path: string;
  readonly address: GitAddress;
  readonly commit: string;
}

/**
 * The submodules of a commit: what its tree says (path and commit) and what .gitmodules says (path and URL). Of
 * .gitmodules nothing but that is taken: no command of `update`, no branch.
 *
 * @throws {@link RunnerError} `submodule-refused` for one without a URL, or with one that isn't fetched from
 */
export async function submodulesOf(
  repository: CachedRepository,
  { commit, address, origin }: { commit: string; address: GitAddress; origin: string },
): Promise<Submodule[]> {
  const tree = await repository.read(['ls-tree', '-r', '-z', '--full-tree', commit]);
  const links = parseGitlinks(tree.stdout);
  if (links.length === 0) return [];
  const config = await repository.read(['config', '--null', '--list', '--blob', `${commit}:.gitmodules`]);
  const urls = parseGitmodules(config.stdout);
  return links.map(({ path, commit: linked }) => {
    const url = urls.get(path);
    if (url === undefined)
      throw refused(origin, `the submodule ${path} has no URL in .gitmodules of ${address.url}`);
    return { path, commit: linked, address: submoduleAddress(url, path, address, origin) };
  });
}

function submoduleAddress(url: string, path: string, parent: GitAddress, origin: string): GitAddress {
  const absolute = resolveSubmoduleUrl(parent.url, url);
  if (absolute === undefined) throw refused(origin, `the URL ${url} of the submodule ${path} leads nowhere`);
  let address: GitAddress;
  try {
    address = parseGitAddress(absolute, origin);
  } catch (cause) {
    if (!(cause instanceof RunnerError)) throw cause;
    throw refused(origin, `the submodule ${path} of ${parent.url}: ${cause.message}`, cause);
  }
  // What comes from elsewhere must not choose which files of this machine are read.
  if (address.isLocal && !parent.isLocal)
    throw refused(
      origin,
      `the submodule ${path} of ${parent.url} is a folder of this machine: ${address.url}`,
    );
  const isSame = (server: string): boolean => address.url.startsWith(server);
  const { credential = parent.credential } = address;
  return credential !== undefined && isSame(credential.server) ? { ...address, credential } : address;
}

/** `160000 commit HASH\tPATH\0` for each submodule. */
export function parseGitlinks(text: string): { readonly path: string; readonly commit: string }[] {
  return text.split('\0').flatMap((line) => {
    const [, commit, path] = /^160000 commit ([0-9a-f]+)\t(.+)$/s.exec(line) ?? [];
    return commit === undefined || path === undefined ? [] : [{ path, commit }];
  });
}

/** `submodule.NAME.path\nPATH\0` and `submodule.NAME.url\nURL\0`: the URLs by their paths. */
export function parseGitmodules(text: string): Map<string, string> {
  const paths = new Map<string, string>();
  const urls = new Map<string, string>();
  for (const setting of text.split('\0')) {
    const [, name, key, value] = /^submodule\.(.*)\.(path|url)\n(.*)$/s.exec(setting) ?? [];
    if (name === undefined || value === undefined) continue;
    (key === 'path' ? paths : urls).set(name, value);
  }
  return new Map(
    [...paths].flatMap(([name, path]) => (urls.has(name) ? [[path, urls.get(name) ?? '']] : [])),
  );
}

function refused(origin: string, problem: string, cause?: unknown): RunnerError {
  return new RunnerError('submodule-refused', `${origin}: ${problem}`, {
    hint: 'leave submodules out (submodules = false), and lay what is needed of them over the tree',
    cause,
  });
}
