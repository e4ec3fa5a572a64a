import { ArtifactError } from './error.js';
import { firstVariable, found, type Environment, type Found, type Missing } from './found.js';
import type { GitState } from './git.js';

/** Where build systems put the branch. @public */
export const branchVariables: readonly string[] = [
  'BRANCH_NAME',
  'GIT_BRANCH',
  'GITHUB_HEAD_REF',
  'GITHUB_REF_NAME',
  'CI_COMMIT_BRANCH',
  'BITBUCKET_BRANCH',
  'CIRCLE_BRANCH',
  'TRAVIS_BRANCH',
  'DRONE_BRANCH',
];

/** @public */
export interface BranchSources {
  readonly flag?: string | undefined;
  readonly environment: Environment;
  readonly variables?: readonly string[] | undefined;
  readonly git: GitState;
}

/**
 * Decides the branch, which an artifact may do without: the flag, else a variable, else git's.
 * @throws ArtifactError `invalid-word` for a name that git would refuse
 * @public
 */
export function decideBranch(sources: BranchSources): Found | Missing<'unknown' | 'detached'> {
  const { flag, environment, variables = branchVariables, git } = sources;
  if (flag !== undefined) return found(checkBranch(flag, '--branch'), 'flag', '--branch');
  const variable = firstVariable(environment, variables);
  if (variable !== undefined) {
    // Jenkins names the branch of the remote.
    const name = variable.name === 'GIT_BRANCH' ? variable.value.replace(/^origin\//, '') : variable.value;
    return found(checkBranch(name, variable.name), 'environment', variable.name);
  }
  const hint = 'Pass --branch if the artifact should be filed under one.';
  if (git.state !== 'repository') return { found: false, reason: 'unknown', hint };
  if (git.branch === undefined) return { found: false, reason: 'detached', hint };
  return found(checkBranch(git.branch, 'git'), 'git', 'HEAD');
}

/** What git-check-ref-format(1) forbids in a name, but for the rules of single parts. */
// eslint-disable-next-line no-control-regex -- these very characters are what is looked for
const forbidden = /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|^\/|\/$|\.$|^-|^@$|\p{Surrogate}/u;

/**
 * A branch name as git takes it (git-check-ref-format(1)), short enough for a key.
 * @throws ArtifactError `invalid-word`
 * @internal
 */
export function checkBranch(name: string, where: string): string {
  const parts = name.split('/');
  const bad = parts.some((part) => part === '' || part.startsWith('.') || part.endsWith('.lock'));
  if (bad || forbidden.test(name) || encodeBranch(name).length > 255) {
    throw new ArtifactError(
      'invalid-word',
      `${JSON.stringify(name.slice(0, 300))} (${where}) is no branch name.`,
      {
        hint: "See 'git help check-ref-format'; encoded for a key it must fit into 255 characters.",
      },
    );
  }
  return name;
}

/** A branch as one segment of a key: percent-encoded, so `feature/x` becomes `feature%2Fx`. */
export function encodeBranch(name: string): string {
  return encodeURIComponent(name);
}

/** The branch of a segment, or `undefined` for a segment that no branch is encoded as. */
export function decodeBranch(segment: string): string | undefined {
  try {
    const name = checkBranch(decodeURIComponent(segment), 'the key');
    return encodeBranch(name) === segment ? name : undefined;
  } catch {
    return undefined;
  }
}
