import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { resolveInside, staysInside } from '../containment.js';
import { RunnerError } from '../error.js';
import { matchNames } from '../match.js';
import type { StaticDependency } from '../request.js';

/**
 * Copies the licence files of a dependency, under their paths in its source.
 *
 * @returns the paths, sorted
 * @throws {@link RunnerError} `license-missing` for a glob that matches no file: a library mustn't lose its licence
 *   because a new version keeps it elsewhere
 */
export async function collectLicenses(
  dependency: Pick<StaticDependency, 'licenses' | 'origin'>,
  source: string,
  to: string,
): Promise<string[]> {
  const found = new Set<string>();
  for (const pattern of dependency.licenses ?? []) {
    const matched = staysInside(pattern) ? await matchNames(source, pattern) : [];
    const names = matched.filter((name) => !name.endsWith('/'));
    if (names.length === 0) {
      throw new RunnerError(
        'license-missing',
        `${dependency.origin}.licenses: '${pattern}' matches no file`,
        {
          hint: 'licences are looked for in the folder that the commands run in; write globs relative to it',
        },
      );
    }
    for (const name of names) found.add(name);
  }
  for (const name of found) {
    const path = await resolveInside(source, name);
    if (path === undefined) {
      throw new RunnerError(
        'bad-archive',
        `${dependency.origin}.licenses: ${name} is a link that leads elsewhere`,
      );
    }
    await mkdir(dirname(join(to, name)), { recursive: true });
    await copyFile(path, join(to, name));
  }
  return [...found].sort();
}
