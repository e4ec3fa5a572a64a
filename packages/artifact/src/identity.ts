import { checkBranch } from './branch.js';
import { checkCommit } from './commit.js';
import { ArtifactError } from './error.js';

/** Whether a library's own dependencies are inside it. No program can tell for certain, so the user says it. @public */
export type Linking = 'static' | 'dynamic';

/** What tells an artifact from every other one. @public */
export interface ArtifactId {
  /** 40 or 64 hex digits. */
  readonly commit: string;
  /** `ubuntu16.04` for a library of this machine, the target (`manylinux2014_aarch64`) for one of another. */
  readonly os: string;
  /** `cpu`, `native`, `cu102`, or a word of the project. */
  readonly variant: string;
  readonly linking: Linking;
  readonly branch: string | null;
  /** `cp311` for a library that belongs to one Python. */
  readonly python: string | null;
}

/** Words that stand for `linking` in a key: another word that looks like them would make keys ambiguous. */
const linkings: readonly string[] = ['static', 'dynamic'];
const word = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$/;
/**
 * A Python tag with its version (PyPA's platform compatibility tags). No other word may look like one, so that a key can
 * be read back whatever its layout is.
 */
export const pythonTagShape = '(?:cp|pp|py|ip|jy|graalpy)\\d{1,4}(?:_\\d{1,3})?t?';
const pythonTag = new RegExp(`^${pythonTagShape}$`);

/**
 * Checks every word of an identity, so that joined words make one key and no other.
 * @returns the identity with its commit in lower case
 * @throws ArtifactError `invalid-commit`, `invalid-word`
 * @public
 */
export function checkId(id: ArtifactId): ArtifactId {
  checkWord('operating system', id.os);
  checkWord('variant', id.variant);
  if (!isLinking(id.linking)) throw invalid('linking', String(id.linking), "Say 'static' or 'dynamic'.");
  if (id.python !== null && !pythonTag.test(id.python))
    throw invalid('Python', id.python, 'Use a tag such as cp311.');
  if (id.branch !== null) checkBranch(id.branch, 'the identity');
  return { ...id, commit: checkCommit(id.commit, 'the identity') };
}

/** @internal */
export function isLinking(text: string): text is Linking {
  return linkings.includes(text);
}

function isPythonTag(text: string): boolean {
  return pythonTag.test(text);
}

/**
 * Refuses a word that could not stand in a key as it is.
 * @throws ArtifactError `invalid-word`
 * @internal
 */
export function checkWord(role: string, text: string): void {
  if (!word.test(text) || text.includes('..') || text.endsWith('.')) {
    throw invalid(role, text, 'Use up to 128 letters, digits, and . _ + - inside.');
  }
  if (isLinking(text)) throw invalid(role, text, 'This word says how a library is linked.');
  if (isPythonTag(text)) throw invalid(role, text, 'This word says which Python a library belongs to.');
}

function invalid(role: string, text: string, hint: string): ArtifactError {
  return new ArtifactError('invalid-word', `${JSON.stringify(text)} can't be the ${role} of an artifact.`, {
    hint,
  });
}
