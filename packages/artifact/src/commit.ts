import { ArtifactError } from './error.js';
import { firstVariable, found, type Environment, type Found, type Missing } from './found.js';
import type { GitState } from './git.js';

/**
 * Where build systems put the commit. The first two are the artifact repository's own, in its order: the pipeline's,
 * then Jenkins's. The others can't be set by accident beside them.
 * @public
 */
export const commitVariables: readonly string[] = [
  'MXNET_SHA',
  'GIT_COMMIT',
  'GITHUB_SHA',
  'CI_COMMIT_SHA',
  'BITBUCKET_COMMIT',
  'CIRCLE_SHA1',
  'TRAVIS_COMMIT',
  'BUILD_SOURCEVERSION',
  'DRONE_COMMIT_SHA',
  'APPVEYOR_REPO_COMMIT',
  'SEMAPHORE_GIT_SHA',
];

/** Why there is no commit. @public */
export type CommitAbsence = Exclude<GitState['state'], 'repository'>;

/** @public */
export interface CommitSources {
  /** What the user said. */
  readonly flag?: string | undefined;
  readonly environment: Environment;
  /** The variables that count, in their order; `commitVariables` by default. */
  readonly variables?: readonly string[] | undefined;
  readonly git: GitState;
}

const hints: Readonly<Record<CommitAbsence, string>> = {
  'not-a-repository': 'The project is not in a git repository.',
  'no-commit': 'The repository has no commit yet.',
  'git-missing': 'There is no program git on PATH.',
  'git-refused': 'git refused to read the repository.',
};

/**
 * Decides the commit: the flag, else the first variable that is set, else what git says.
 * @throws ArtifactError `invalid-commit` for a value that is no whole hash
 * @public
 */
export function decideCommit(sources: CommitSources): Found | Missing<CommitAbsence> {
  const { flag, environment, variables = commitVariables, git } = sources;
  if (flag !== undefined) return found(checkCommit(flag, '--git-sha'), 'flag', '--git-sha');
  const variable = firstVariable(environment, variables);
  if (variable !== undefined) {
    return found(checkCommit(variable.value, variable.name), 'environment', variable.name);
  }
  if (git.state === 'repository') return found(checkCommit(git.commit, 'git'), 'git', 'HEAD');
  const said = git.state === 'git-refused' ? ` It says: ${git.message}` : '';
  const hint = `${hints[git.state]}${said} Pass --git-sha, or set ${variables.slice(0, 2).join(' or ')}.`;
  return { found: false, reason: git.state, hint };
}

/**
 * A whole hash in lower case: 40 hex digits of SHA-1 or 64 of SHA-256.
 * @param where - what it was read from, for the message
 * @throws ArtifactError `invalid-commit`
 * @public
 */
export function checkCommit(text: string, where: string): string {
  const commit = text.trim().toLowerCase();
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(commit)) return commit;
  const shown = JSON.stringify(text.slice(0, 80));
  const abbreviated = /^[0-9a-f]{4,39}$/.test(commit);
  const complaint = abbreviated
    ? 'is an abbreviated commit'
    : 'is no commit: expected are 40 or 64 hex digits';
  throw new ArtifactError('invalid-commit', `${shown} (${where}) ${complaint}.`, {
    hint: abbreviated
      ? `An abbreviation can mean another commit later. Write it out: git rev-parse ${commit}`
      : "Pass the whole hash, as 'git rev-parse HEAD' prints it.",
  });
}
