import type { Verdict } from '@wheelwright/audit';
import type { FailedResult } from '@wheelwright/runner';
import type { CommandResult } from '../command.js';
import { EXIT } from '../exit-code.js';
import type { Style } from '../terminal/style.js';
import { describeVerdict, verdictDocument } from './verdict.js';

/** The project's own command failed: what it was, how it ended, and the last that it said. */
export function compileFailure(
  { step, command, exitCode, signal, reason, log, tail }: FailedResult,
  style: Style,
): CommandResult {
  const end = signal === undefined ? `exit code ${exitCode ?? 'unknown'}` : `signal ${signal}`;
  const why = reason === undefined ? '' : ` (${reason.replaceAll('-', ' ')})`;
  const message = `${step} failed with ${end}${why}: ${command.join(' ')}`;
  return {
    exitCode: EXIT.compileFailed,
    document: {
      schema: 'wheelwright/error@1',
      error: { code: 'compile-failed', message, hint: `the whole log: ${log}`, step, command, tail },
    },
    text: [
      ...tail.map((line) => `  ${line}`),
      `${style.red('error:')} ${message}`,
      `${style.cyan('hint:')} the whole log: ${log}`,
    ].join('\n'),
  };
}

/** The compiled files don't meet the target that they were compiled for; no wheel is written. */
export function targetMissed(verdict: Verdict, style: Style): CommandResult {
  const [target = ''] = verdict.claimed;
  const message = `what was compiled does not meet ${target}: it is ${verdict.platform}`;
  return {
    exitCode: EXIT.refused,
    document: {
      schema: 'wheelwright/error@1',
      error: { code: 'target-missed', message },
      audit: verdictDocument('the compiled files', verdict),
    },
    text: `${style.red('error:')} ${message}\n\n${describeVerdict('the compiled files', verdict, { style })}`,
  };
}
