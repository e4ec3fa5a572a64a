import type { Verification, WheelProblem } from '@wheelwright/wheel';
import type { Style } from '../terminal/style.js';

/** One line for the verdict, one for each problem, and one for each kind of advice. */
export function describeVerification(path: string, verification: Verification, style: Style): string {
  const { ok, problems, advice, members } = verification;
  const verdict = ok
    ? `${style.green('sound')} (${members} files, every hash checked)`
    : style.red(`${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`);
  return [
    `${style.bold(path)}: ${verdict}`,
    ...problems.map((problem) => `  ${style.red('✗')} ${line(problem, style)}`),
    ...advice.map((problem) => `  ${style.dim('·')} ${line(problem, style)}`),
  ].join('\n');
}

function line({ rule, message }: WheelProblem, style: Style): string {
  return `${message} ${style.dim(`[${rule}]`)}`;
}
