import { resolve } from 'node:path';
import { userFolders } from '../build/folders.js';
import { provideLibraries } from '../build/compile-project.js';
import { compileTable } from '../build/compile-table.js';
import { inspectInputs } from '../build/inspected-files.js';
import { claimPlatform } from '../build/platform-claim.js';
import { buildFlags, resolveSettings } from '../build/settings.js';
import { requireVariant } from '../build/variant-table.js';
import type { Command, CommandResult } from '../command.js';
import { loadProject } from '../config/load.js';
import { EXIT } from '../exit-code.js';
import { compileFailure, targetMissed } from '../render/build-failure.js';

/** `compile [PROJECT]`: the runner alone. What came out is held against its target, as `build-wheel` does. */
export function compileCommand(args: readonly string[], options: Record<string, unknown>): Command {
  const flags = buildFlags(options);
  return async (context): Promise<CommandResult> => {
    const { host, options: global, reporter, signal, style } = context;
    const folders = userFolders(host.env);
    const file = await loadProject(resolve(global.cwd, args[0] ?? host.env['WHEELWRIGHT_PROJECT'] ?? '.'));
    compileTable(file);
    const settings = resolveSettings(flags, file, global, folders.data);
    requireVariant(file, settings.variant);
    const built = await provideLibraries(file, settings, folders.cache, context);
    if (built.status === 'failed') return compileFailure(built, style);
    reporter.step('inspecting the libraries');
    const inputs = built.libraries.map(({ name, path }) => ({ name, content: { path } }));
    const { files } = await inspectInputs(inputs, signal);
    const { verdict } = claimPlatform(files, settings.target);
    if (!verdict.conforms) return targetMissed(verdict, style);
    const { runner, toolchain, target = null } = settings;
    const libraries = built.libraries.map(({ name, path }) => ({ name, path }));
    const { platform } = verdict;
    const { image = null } = built;
    const place = image === null ? runner : `${runner} (${image.name}, ${image.digest})`;
    return {
      exitCode: EXIT.done,
      document: {
        schema: 'wheelwright/compile@1',
        ...{ runner, image, toolchain, target, platform, libraries, seconds: built.seconds },
        ...(built.snapshot === undefined ? {} : { sourceSnapshot: built.snapshot.path }),
      },
      text: [
        ...libraries.map(({ path }) => `${style.green('✔')} ${style.bold(path)}`),
        `  by ${toolchain} on ${place} in ${built.seconds.toFixed(1)} s: ${platform}`,
      ].join('\n'),
    };
  };
}
