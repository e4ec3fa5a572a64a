import { types } from 'node:util';
import { EXIT, type ExitCode } from './exit-code.js';

/** An error as it is told: what, what to do, and the exit code that stands for its kind. */
export interface Explanation {
  readonly exitCode: ExitCode;
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
}

/**
 * The error codes whose exit code isn't {@link EXIT.badInput}. Every package's errors mostly mean bad input:
 * these are the ones that mean something else.
 */
const EXIT_CODES: Readonly<Record<string, ExitCode>> = {
  refused: EXIT.refused,
  'not-found': EXIT.notFound,
  conflict: EXIT.conflict,
  exists: EXIT.conflict,
  'policy-not-met': EXIT.refused,
  'floor-raised': EXIT.refused,
  'library-missing': EXIT.outside,
  'tool-failed': EXIT.outside,
  'tool-missing': EXIT.outside,
  'engine-missing': EXIT.outside,
  'engine-lost': EXIT.outside,
  'image-missing': EXIT.outside,
  'node-lost': EXIT.outside,
  'zig-missing': EXIT.outside,
  'python-missing': EXIT.outside,
  'git-missing': EXIT.outside,
  'fetch-failed': EXIT.outside,
  'out-of-space': EXIT.outside,
  'no-space': EXIT.outside,
  'access-denied': EXIT.outside,
  unavailable: EXIT.outside,
  'bucket-missing': EXIT.outside,
  damaged: EXIT.refused,
  io: EXIT.outside,
  busy: EXIT.outside,
  ENOENT: EXIT.notFound,
  ENOSPC: EXIT.outside,
  EDQUOT: EXIT.outside,
  EROFS: EXIT.outside,
  EACCES: EXIT.outside,
  EPERM: EXIT.outside,
  EISDIR: EXIT.badInput,
  ENOTDIR: EXIT.badInput,
};

/** Errors of ours carry their kind in `code`; they are told apart by it, so that no package is loaded for this. */
const OURS = /^(Cli|Elf|Wheel|Audit|Repair|Variant|Store|Artifact|Index|Runner)Error$/;

/**
 * Explains what was thrown. Errors of ours and of the operating system speak for themselves; anything else is a
 * defect, told with its stack.
 */
export function explain(error: unknown): Explanation {
  // Not `instanceof`: errors of Node's own file system may come from another realm.
  if (!types.isNativeError(error) || !('code' in error) || typeof error.code !== 'string')
    return defect(error);
  const { code, message } = error;
  const hint = 'hint' in error && typeof error.hint === 'string' ? error.hint : undefined;
  const exitCode = EXIT_CODES[code];
  if (OURS.test(error.name)) return { exitCode: exitCode ?? EXIT.badInput, code, message, hint };
  // Errors of the operating system name their system call and path already.
  if (exitCode !== undefined) return { exitCode, code, message, hint };
  return defect(error);
}

function defect(error: unknown): Explanation {
  return {
    exitCode: EXIT.defect,
    code: 'defect',
    message: `a defect of wheelwright: ${types.isNativeError(error) ? (error.stack ?? error.message) : String(error)}`,
    hint: 'please report it with the command line that led here',
  };
}
