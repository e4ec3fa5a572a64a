import { dirname } from 'node:path';
import { RunnerError } from '../error.js';
import type { Named } from '../request.js';
import { runTool, type ToolContext } from '../runner/tool.js';

/**
 * Applies a patch with git's rules: all of it or nothing, no fuzz, no file outside the tree, none through a link.
 *
 * @param tree - the real path of the tree
 * @throws {@link RunnerError} `patch-failed` with git's own words; `tool-missing` without git
 */
export async function applyPatch(tree: string, patch: Named, context: ToolContext): Promise<void> {
  for (const mode of [['--check'], []]) {
    const result = await runTool('git', ['apply', ...mode, '--whitespace=nowarn', '--', patch.value], {
      ...context,
      folder: tree,
      environment: outsideRepositories(tree, context.environment),
      hint: 'patches are applied by git: install it',
    });
    if (result.exitCode === 0) continue;
    throw new RunnerError(
      'patch-failed',
      `${patch.origin}: ${patch.value} doesn't apply: ${result.stderr.trim()}`,
      {
        hint: 'patches come after the overlays and the removals; make it anew against that tree',
      },
    );
  }
}

/**
 * Inside a repository `git apply` takes paths from the repository's top and skips, without a word, those that
 * lie elsewhere. The cache may well lie in one, so git must neither look upwards nor be told of one.
 */
function outsideRepositories(
  tree: string,
  environment: ToolContext['environment'],
): Record<string, string | undefined> {
  const kept = Object.entries(environment).filter(([name]) => !name.startsWith('GIT_'));
  return {
    ...Object.fromEntries(kept),
    GIT_CEILING_DIRECTORIES: dirname(tree),
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    LC_ALL: 'C',
  };
}
