import { realpath, stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { isBelow, staysInside } from './containment.js';
import { RunnerError } from './error.js';
import { matchNames } from './match.js';
import type { LibrarySelection } from './request.js';

/** A library that was found: its name in the result (relative, with `/`), and where it lies. */
export interface SelectedLibrary {
  readonly name: string;
  readonly path: string;
}

/** Shared libraries and extension modules of all systems that have wheels; `.so.1.2` is one too. */
const LIBRARY = /\.(so(\.\d+)*|dll|pyd|dylib)$/;

/** Whether a file's name is a library's. */
export function isLibrary(name: string): boolean {
  return LIBRARY.test(name);
}

/**
 * Finds libraries by glob and gives each its name in the result: its path below `base`, put below `to`.
 * What a glob matches besides libraries is passed over. A link inside the root counts as the file it leads to.
 *
 * @param root - absolute folder that the selections are relative to
 * @returns in the order of the selections, those of one by their paths
 * @throws {@link RunnerError} `no-output` for a glob without a library; `output-outside` for a path or a link
 *   that leads out of the root, or a file that isn't below its base; `duplicate-output` for two files with one name
 */
export async function selectLibraries(
  root: string,
  selections: readonly LibrarySelection[],
): Promise<SelectedLibrary[]> {
  const realRoot = await realpath(root);
  const byName = new Map<string, string>();
  for (const selection of selections) {
    for (const found of await matchSelection(realRoot, selection)) {
      const before = byName.get(found.name);
      if (before !== undefined && before !== found.path) {
        throw new RunnerError(
          'duplicate-output',
          `${selection.origin}: ${before} and ${found.path} would both become ${found.name}`,
          { hint: 'keep their folders apart with base, or give them different folders with to' },
        );
      }
      byName.set(found.name, found.path);
    }
  }
  return [...byName].map(([name, path]) => ({ name, path }));
}

async function matchSelection(root: string, selection: LibrarySelection): Promise<SelectedLibrary[]> {
  const { from, base = '.', to = '.', origin } = selection;
  for (const path of [from, base, to]) {
    if (!staysInside(path)) {
      throw new RunnerError('output-outside', `${origin}: '${path}' leads outside of where it starts`, {
        hint: "write it relative, without '..'",
      });
    }
  }
  const names = (await matchNames(root, from)).filter((name) => LIBRARY.test(name));
  const found: SelectedLibrary[] = [];
  for (const name of names) {
    await checkFile(root, name, origin);
    found.push({ name: posix.join(to, nameBelow(base, name, origin)), path: join(root, name) });
  }
  if (found.length === 0) {
    throw new RunnerError('no-output', `${origin}: '${from}' matches no library in ${root}`, {
      hint: 'libraries end in .so, .so.N, .dll, .pyd or .dylib; was one built, and in that folder?',
    });
  }
  return found;
}

function nameBelow(base: string, name: string, origin: string): string {
  const below = posix.relative(base, name);
  if (!below.startsWith('../')) return below;
  throw new RunnerError('output-outside', `${origin}: ${name} is not below the base '${base}'`, {
    hint: 'base is the folder below which the hierarchy is kept: choose one that holds all matches',
  });
}

async function checkFile(root: string, name: string, origin: string): Promise<void> {
  const real = await realpath(join(root, name)).catch((cause: unknown) => {
    throw new RunnerError('no-output', `${origin}: ${name} is a link that leads nowhere`, { cause });
  });
  if (!isBelow(root, real)) {
    throw new RunnerError('output-outside', `${origin}: ${name} is a link to ${real}, outside of ${root}`, {
      hint: 'copy the library instead',
    });
  }
  if (!(await stat(real)).isFile()) {
    throw new RunnerError('no-output', `${origin}: ${name} has the name of a library and is no file`);
  }
}
