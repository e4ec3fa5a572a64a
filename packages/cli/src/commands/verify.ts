import { resolve } from 'node:path';
import { type Verification, verifyWheelFile } from '@wheelwright/wheel';
import type { Command, CommandContext } from '../command.js';
import { EXIT } from '../exit-code.js';
import { documentOf } from '../render/results.js';
import { describeVerification } from '../render/verification.js';
import { wholeNumber } from './whole-number.js';

/** `verify WHEEL...`: every rule that a wheel breaks; exit 1 where one is a problem, with `--strict` any. */
export function verify(paths: readonly string[], options: Record<string, unknown>): Command {
  const strict = options['strict'] === true;
  return async (context) => {
    const concurrency = wholeNumber(options, 'jobs', [1, 1024]);
    const results: { path: string; verification: Verification }[] = [];
    for (const path of paths) {
      const verification = await verifyOne(path, concurrency, context);
      results.push({ path, verification: strict ? promoted(verification) : verification });
    }
    return {
      exitCode: results.every(({ verification }) => verification.ok) ? EXIT.done : EXIT.refused,
      document: documentOf(
        'wheelwright/verify@1',
        results.map(({ path, verification: { ok, problems, advice } }) => ({ path, ok, problems, advice })),
      ),
      text: results
        .map(({ path, verification }) => describeVerification(path, verification, context.style))
        .join('\n'),
    };
  };
}

async function verifyOne(
  path: string,
  concurrency: number | undefined,
  { options, reporter, signal }: CommandContext,
): Promise<Verification> {
  reporter.step(`verifying ${path}`);
  return verifyWheelFile(resolve(options.cwd, path), {
    signal,
    ...(concurrency === undefined ? {} : { concurrency }),
    onProgress: (done, total) => {
      reporter.detail(`${Math.floor((100 * done) / Math.max(total, 1))} %`);
    },
  });
}

/** What is only recommended counts as well. */
function promoted({ problems, advice, members }: Verification): Verification {
  const all = [...problems, ...advice];
  return { ok: all.length === 0, problems: all, advice: [], members };
}
