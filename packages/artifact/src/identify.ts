import { decideBranch } from './branch.js';
import { decideCommit, type CommitAbsence } from './commit.js';
import type { Environment, Found, Missing } from './found.js';
import { readGit, type GitState } from './git.js';
import { decideOperatingSystem, type OperatingSystem, type OsReleaseFile } from './operating-system.js';
import { parseReleaseFile, releaseFiles } from './release-file.js';

/** What a build is found from. Nothing is taken from this process itself. @public */
export interface IdentifyOptions {
  /** The project's folder. */
  readonly folder: string;
  readonly environment: Environment;
  /** `process.platform` */
  readonly platform: string;
  /** Reads a text file, `undefined` where there is none: of this machine, or of a container (`textReaderBelow`). */
  readonly readText: (path: string) => Promise<string | undefined>;
  readonly commit?: string | undefined;
  /** Whether git is asked (true): it needn't be where the commit is given and no build is described. */
  readonly git?: boolean | undefined;
  readonly branch?: string | undefined;
  readonly os?: string | undefined;
  /** The variables that may hold the commit, in their order. */
  readonly commitVariables?: readonly string[] | undefined;
  /** The variables that may hold the branch, in their order. */
  readonly branchVariables?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Commit, branch and operating system, each with its origin or the reason of its absence. @public */
export interface BuildIdentity {
  readonly commit: Found | Missing<CommitAbsence>;
  readonly branch: Found | Missing<'unknown' | 'detached'>;
  readonly os: OperatingSystem | Missing<'no-os-release'>;
  /** Whether the tree differs from the commit; `undefined` where no git says so. */
  readonly dirty: boolean | undefined;
  /** What someone should know who relies on it. */
  readonly notes: readonly string[];
}

const notAsked: GitState = { state: 'not-a-repository' };

/**
 * Finds what can be found of a build's identity; variant and linking come from elsewhere.
 * @throws ArtifactError `invalid-commit`, `invalid-word` for a value that was given and is none
 * @public
 */
export async function identifyBuild(options: IdentifyOptions): Promise<BuildIdentity> {
  const { folder, environment, platform, signal } = options;
  const [git, osRelease] = await Promise.all([
    options.git === false ? notAsked : readGit(folder, { environment, signal }),
    platform === 'linux' && options.os === undefined ? readOsRelease(options.readText) : undefined,
  ]);
  const commit = decideCommit({ flag: options.commit, environment, variables: options.commitVariables, git });
  const os = decideOperatingSystem({ flag: options.os, platform, osRelease });
  return {
    commit,
    branch: decideBranch({ flag: options.branch, environment, variables: options.branchVariables, git }),
    os,
    dirty: git.state === 'repository' ? git.dirty : undefined,
    notes: [...commitNotes(commit, git), ...(os.found && os.note !== undefined ? [os.note] : [])],
  };
}

function commitNotes(commit: BuildIdentity['commit'], git: GitState): string[] {
  if (git.state !== 'repository' || !commit.found) return [];
  const notes = git.dirty ? ['The tree has changes that are not in the commit.'] : [];
  if (commit.value !== git.commit) {
    notes.push(`${commit.from.detail} says ${commit.value}, but HEAD is ${git.commit}.`);
  }
  return notes;
}

async function readOsRelease(readText: IdentifyOptions['readText']): Promise<OsReleaseFile | undefined> {
  for (const path of releaseFiles) {
    const text = await readText(path);
    if (text !== undefined && parseReleaseFile(path, text) !== undefined) return { path, text };
  }
  return undefined;
}
