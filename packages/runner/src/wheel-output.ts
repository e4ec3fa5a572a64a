import { realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isBelow, staysInside } from './containment.js';
import { RunnerError } from './error.js';
import type { SelectedLibrary } from './libraries.js';
import { matchNames } from './match.js';
import type { WheelSelection } from './request.js';

/** Whether a file's name is a wheel's. */
export function isWheel(name: string): boolean {
  return name.endsWith('.whl');
}

/**
 * Finds the wheel that a project's own build has made: exactly one, in one folder.
 *
 * @param root - the source tree, a real path
 * @throws {@link RunnerError} `no-output` where there is none, `ambiguous-output` where there are several,
 *   `output-outside` for a folder or a link that leads out of the tree
 */
export async function findWheel(root: string, { folder, origin }: WheelSelection): Promise<SelectedLibrary> {
  if (!staysInside(folder)) throw outside(`${origin}: '${folder}' leads outside of the source tree`);
  const found = (await matchNames(join(root, folder), '*.whl')).filter((each) => !each.endsWith('/'));
  const [name, ...others] = found;
  if (name === undefined) {
    throw new RunnerError('no-output', `${origin}: the command left no wheel in ${folder}/`, {
      hint: `it must write one .whl there; is it told another folder (--dist-dir, --wheel-dir)?`,
    });
  }
  if (others.length > 0) {
    throw new RunnerError('ambiguous-output', `${origin}: there are several wheels: ${found.join(', ')}`, {
      hint: 'one build makes one wheel: remove old ones from the source, or build one Python at a time',
    });
  }
  const path = join(root, folder, name);
  const real = await realpath(path).catch((cause: unknown) => {
    throw new RunnerError('no-output', `${origin}: ${name} is a link that leads nowhere`, { cause });
  });
  if (!isBelow(root, real)) throw outside(`${origin}: ${name} is a link to ${real}`);
  if (!(await stat(real)).isFile()) {
    throw new RunnerError('no-output', `${origin}: ${name} has the name of a wheel and is no file`);
  }
  return { name: basename(name), path };
}

function outside(message: string): RunnerError {
  return new RunnerError('output-outside', message, { hint: 'let the build write the wheel into its tree' });
}
