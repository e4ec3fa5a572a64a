import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, it } from '@jest/globals';

/** What a group of tests needs of the machine: a program on PATH, or a condition with the reason of its absence. */
export type Requirement = { readonly program: string } | { readonly met: boolean; readonly reason: string };

/** Says why a requirement isn't met, or `undefined` where it is. */
export function missing(requirement: Requirement): string | undefined {
  if ('met' in requirement) return requirement.met ? undefined : requirement.reason;
  const found = (process.env['PATH'] ?? '')
    .split(delimiter)
    .some((folder) => isExecutable(join(folder, requirement.program)));
  return found ? undefined : `${requirement.program} is not on PATH`;
}

/**
 * `describe` where all requirements are met; else one skipped test stands for the group, under a name that says
 * what is missing: `npm test` prints it and continuous integration refuses it. The group's body is not run then,
 * as it may read what isn't there.
 */
export function describeIf(requirements: readonly Requirement[], name: string, body: () => void): void {
  const reasons = requirements.map(missing).filter((reason) => reason !== undefined);
  if (reasons.length === 0) describe(name, body);
  else it.skip(`${name} [skipped: ${reasons.join('; ')}]`, () => undefined);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
