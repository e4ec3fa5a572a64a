import { RunnerError } from '../../error.js';
import type { Step } from '../runner.js';

/**
 * A step as the job script reads it, one word a line: the folder, its PATH, the program, and then the arguments of
 * `env -i --`, which are its variables (`NAME=VALUE`) and its command.
 *
 * In a line, `\\` stands for a backslash and `\n` for a newline. The shell's `read -r` and `printf %b` undo exactly
 * this, and nothing else in a line means anything to them.
 *
 * @throws {@link RunnerError} `bad-request` for words that no program can be given
 */
export function stepFile({ folder, env, command }: Step): string {
  const [program] = command;
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const words = [folder, env['PATH'] ?? '', program, ...variables, ...command];
  for (const word of words) {
    if (!word.includes('\0')) continue;
    throw new RunnerError('bad-request', `a word of the step holds a NUL character: ${JSON.stringify(word)}`);
  }
  for (const name of Object.keys(env)) {
    if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) continue;
    throw new RunnerError('bad-request', `'${name}' is no name of an environment variable`);
  }
  // env(1) takes whatever has an equals sign for a variable.
  if (program.includes('=')) {
    throw new RunnerError('bad-request', `the program '${program}' has an equals sign in its name`, {
      hint: 'start it by another name',
    });
  }
  return words.map((word) => `${encodeWord(word)}\n`).join('');
}

function encodeWord(word: string): string {
  return word.replaceAll('\\', String.raw`\\`).replaceAll('\n', String.raw`\n`);
}

/** How far a job script has come. */
export interface JobState {
  readonly step: number;
  readonly event: 'waiting' | 'running' | 'ended' | 'missing' | 'done';
  readonly code: number;
}

/** The size that a state file always has. */
export const STATE_BYTES = 64;

/** A state file before the script has begun. */
export const FIRST_STATE = `${'0 waiting 0'.padEnd(STATE_BYTES - 2)};\n`;

/** Reads a state file; undefined while it's being written. */
export function parseJobState(text: string): JobState | undefined {
  const match = /^(\d+) (waiting|running|ended|missing|done) (\d+) *;\n$/.exec(text);
  if (match === null) return undefined;
  const [, step, event, code] = match;
  return { step: Number(step), event: event as JobState['event'], code: Number(code) };
}
