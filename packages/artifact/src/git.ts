import type { Environment } from './found.js';

/** What git says of a folder. @public */
export type GitState =
  | {
      readonly state: 'repository';
      readonly commit: string;
      /** Absent on a detached head. */
      readonly branch: string | undefined;
      /** Whether tracked files differ from the commit, as in `git describe --dirty`. */
      readonly dirty: boolean;
    }
  | { readonly state: 'not-a-repository' }
  | { readonly state: 'no-commit' }
  | { readonly state: 'git-missing' }
  /** Such as a repository of another user ("dubious ownership"). */
  | { readonly state: 'git-refused'; readonly message: string };

/** Variables that would point git at another repository than the folder's, set where a git hook runs us. */
const pointers = new Set([
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_COMMON_DIR',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_NAMESPACE',
  'GIT_PREFIX',
]);

/**
 * Asks git for commit, branch and changes of the repository that a folder belongs to. Nothing is written to it, and no
 * program that its configuration names is started.
 * @returns what git says; that there is no git or no repository is an answer, too
 * @throws the reason of an aborted signal
 * @public
 */
export async function readGit(
  folder: string,
  { environment, signal }: { readonly environment: Environment; readonly signal?: AbortSignal | undefined },
): Promise<GitState> {
  signal?.throwIfAborted();
  const kept = Object.entries(environment).filter(([name]) => !pointers.has(name));
  // Loaded late: whoever is told the commit starts no program.
  const { execa } = await import('execa');
  const result = await execa(
    'git',
    [
      '-C',
      folder,
      '-c',
      'core.fsmonitor=false',
      'status',
      '--porcelain=v2',
      '--branch',
      '--untracked-files=no',
    ],
    {
      // Messages in English, for one of them is matched; and no lock for refreshing the index.
      env: { ...Object.fromEntries(kept), LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0' },
      extendEnv: false,
      reject: false,
      stdin: 'ignore',
      ...(signal === undefined ? {} : { cancelSignal: signal }),
    },
  );
  signal?.throwIfAborted();
  if (result.code === 'ENOENT') return { state: 'git-missing' };
  if (!result.failed) return parseStatus(result.stdout);
  const said = result.stderr.trim();
  if (said.includes('not a git repository')) return { state: 'not-a-repository' };
  return { state: 'git-refused', message: said === '' ? (result.shortMessage ?? 'git failed') : said };
}

/** Reads `git status --porcelain=v2 --branch` (git-status(1), "Porcelain Format Version 2"). @internal */
export function parseStatus(text: string): GitState {
  const lines = text.split('\n').filter((line) => line !== '');
  const header = (name: string) =>
    lines.find((line) => line.startsWith(`# branch.${name} `))?.slice(`# branch.${name} `.length);
  const commit = header('oid');
  if (commit === undefined) return { state: 'git-refused', message: 'git status names no commit' };
  if (commit === '(initial)') return { state: 'no-commit' };
  const head = header('head');
  return {
    state: 'repository',
    commit,
    branch: head === '(detached)' ? undefined : head,
    dirty: lines.some((line) => !line.startsWith('# ')),
  };
}
