import { RepairError } from '../error.js';
import { baseName, type Node } from './graph.js';
import type { RepairFacts } from './plan-repair.js';

/** A need that nothing on this machine meets. */
export interface MissingNeed {
  readonly file: Node;
  readonly library: string;
  readonly chain: readonly string[];
}

/** All libraries that weren't found, who needs each, and where they were looked for. */
export function missingLibraries(
  needs: readonly MissingNeed[],
  { files, located }: RepairFacts,
): RepairError {
  const byLibrary = new Map<string, string[]>();
  for (const { library, chain } of needs)
    byLibrary.set(library, [...(byLibrary.get(library) ?? []), chain.join(' -> ')]);
  const lines = [...byLibrary].map(([library, ways]) => `${library} (needed by ${ways.join(', ')})`);
  const own = files.find(({ path }) => byLibrary.has(baseName(path)));
  const folders = [...new Set(needs.flatMap(({ file }) => located.searched(file.key)))];
  const place = folders.length === 0 ? 'no folder was searched' : `searched: ${folders.join(', ')}`;
  return new RepairError('library-missing', `not found: ${lines.join('; ')}; ${place}`, {
    hint:
      own === undefined
        ? 'install it, name its folder with --ldpaths (or --sysroot for another architecture), or --exclude it if it will be there'
        : `${own.path} is in the wheel, but no search path leads there: link with -Wl,-rpath,'$ORIGIN/...'`,
  });
}
