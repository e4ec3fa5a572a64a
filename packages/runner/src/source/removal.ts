import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { staysInside } from '../containment.js';
import { RunnerError } from '../error.js';
import { matchNames } from '../match.js';
import type { Named } from '../request.js';

/**
 * Removes what the glob matches in the tree: files, links and whole folders.
 * As with `rm`, a glob that matches nothing is an error: a base that renamed the file would otherwise be built
 * with it, silently.
 *
 * @throws {@link RunnerError} `removal-empty`, `removal-outside`
 */
export async function removeMatching(tree: string, removal: Named): Promise<void> {
  const { value: pattern, origin } = removal;
  if (pattern === '' || pattern.startsWith('!') || !staysInside(pattern)) {
    throw new RunnerError('removal-outside', `${origin}: '${pattern}' is no glob inside the source tree`, {
      hint: "write it relative to the tree, without '..' and '!'",
    });
  }
  const names = await matchNames(tree, pattern);
  if (names.length === 0) {
    throw new RunnerError('removal-empty', `${origin}: '${pattern}' matches nothing in the source tree`, {
      hint: 'removals come after the overlays and before the patches; drop it if the file is gone for good',
    });
  }
  // A folder may go before what was matched in it.
  for (const name of names) await rm(join(tree, name), { recursive: true, force: true });
}
