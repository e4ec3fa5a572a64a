import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { resolveInside } from '../../containment.js';
import { RunnerError } from '../../error.js';
import type { GitSource } from '../../request.js';
import type { ToolContext } from '../../runner/tool.js';
import { parseGitAddress, type GitAddress } from './address.js';
import { CachedRepository } from './repository.js';
import { submodulesOf } from './submodules.js';

/** Submodules of submodules: no project comes near these. Each level may name older commits of the level above. */
const MAX_DEPTH = 10;
const MAX_SUBMODULES = 1000;

const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/**
 * Looks at a git source before anything is touched.
 *
 * @throws {@link RunnerError} `bad-request`
 */
export function checkGitSource({ git, commit }: GitSource, origin: string): GitAddress {
  if (!COMMIT.test(commit)) {
    throw new RunnerError(
      'bad-request',
      `${origin}.commit: '${commit}' is no commit: all 40 (or 64) hex digits`,
      {
        hint: 'branches and tags move, and a short hash may be another one tomorrow: git rev-parse NAME prints the commit',
      },
    );
  }
  return parseGitAddress(git, `${origin}.git`);
}

/**
 * Writes the files of a commit, and of its submodules where they're wanted, into a new folder. There is no
 * repository in it, no hook was run, and it's the same whoever's settings git has.
 *
 * @throws {@link RunnerError} `bad-request`, `fetch-failed`, `commit-missing`, `submodule-refused`, `tool-missing`
 */
export async function checkoutCommit(
  source: GitSource,
  folder: string,
  { origin, cache }: { readonly origin: string; readonly cache: string },
  context: ToolContext,
): Promise<void> {
  const address = checkGitSource(source, origin);
  await mkdir(folder);
  const checkout = new Checkout(source.submodules === true, address.isLocal, origin, cache, context);
  await checkout.write({ address, commit: source.commit }, await realpath(folder), 0);
}

class Checkout {
  #count = 0;

  constructor(
    readonly withSubmodules: boolean,
    readonly mayBeLocal: boolean,
    readonly origin: string,
    readonly cache: string,
    readonly context: ToolContext,
  ) {}

  async write(
    { address, commit }: { readonly address: GitAddress; readonly commit: string },
    folder: string,
    depth: number,
  ): Promise<void> {
    this.context.signal?.throwIfAborted();
    const { origin } = this;
    const repository = new CachedRepository(address, commit, this.cache, this.context);
    // The user's own `insteadOf` may lead to a mirror on this machine; what a submodule says may not.
    const mayBeLocal = this.mayBeLocal || depth === 0;
    await repository.bring({ address, commit, origin, mayBeLocal });
    await writeFiles(repository, commit, folder, origin);
    if (!this.withSubmodules) return;
    const submodules = await submodulesOf(repository, { commit, address, origin });
    this.#count += submodules.length;
    if (submodules.length > 0 && (depth >= MAX_DEPTH || this.#count > MAX_SUBMODULES)) {
      throw new RunnerError(
        'submodule-refused',
        `${origin}: the submodules of ${address.url} are more than ${MAX_SUBMODULES}, or deeper than ${MAX_DEPTH} levels`,
        { hint: 'do they name one another in a circle?' },
      );
    }
    for (const submodule of submodules) {
      const place = join(folder, submodule.path);
      if ((await resolveInside(folder, submodule.path)) !== place) {
        throw new RunnerError(
          'submodule-refused',
          `${origin}: the submodule ${submodule.path} lies behind a link`,
        );
      }
      await this.write(submodule, place, depth + 1);
    }
  }
}

/** Through an index of its own, so that two builds may read one copy at once. */
async function writeFiles(
  repository: CachedRepository,
  commit: string,
  folder: string,
  origin: string,
): Promise<void> {
  const scratch = await mkdtemp(join(dirname(repository.folder), 'index-'));
  try {
    const place = { folder, index: join(scratch, 'index') };
    const work = [`--work-tree=${folder}`];
    for (const args of [
      ['read-tree', commit],
      [...work, 'checkout-index', '--all', '--force', '--quiet'],
    ]) {
      const result = await repository.read(args, place);
      if (result.exitCode === 0) continue;
      throw new RunnerError(
        'fetch-failed',
        `${origin}: git can't write the files of ${commit}: ${result.stderr.trim()}`,
        {
          hint: 'if the copy in the cache is damaged, delete the folder git of the cache',
        },
      );
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
