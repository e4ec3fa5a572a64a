import { resolve } from 'node:path';
import { provideLibraries } from '../build/compile-project.js';
import { userFolders } from '../build/folders.js';
import { inspectInputs } from '../build/inspected-files.js';
import { metadataParts } from '../build/metadata-files.js';
import { finishOwnWheel, makesOwnWheel, withOwnWheel } from '../build/own-wheel.js';
import { packOrRepair } from '../build/pack-repaired.js';
import { importNameOf, readPackageFolder, withLibraries } from '../build/package-folder.js';
import { claimPlatform } from '../build/platform-claim.js';
import { pythonTag } from '../build/python-tag.js';
import { reportWheel } from '../build/report-wheel.js';
import { buildFlags, resolveSettings, type BuildSettings } from '../build/settings.js';
import { timed } from '../build/timed.js';
import { chooseVariant } from '../build/variant-choice.js';
import { applyVariant, requireVariant } from '../build/variant-table.js';
import type { Command, CommandContext, CommandResult } from '../command.js';
import { loadProject, type ProjectFile } from '../config/load.js';
import { compileFailure, targetMissed } from '../render/build-failure.js';
import { describeLink } from '../render/folder-link.js';

/** `build-wheel [PROJECT]`: the way of the data, from sources to a wheel and its artifact. */
export function buildWheel(args: readonly string[], options: Record<string, unknown>): Command {
  const flags = buildFlags(options);
  return async (context): Promise<CommandResult> => {
    const { host, options: global, reporter, signal, style } = context;
    const folders = userFolders(host.env);
    const file = await loadProject(resolve(global.cwd, args[0] ?? host.env['WHEELWRIGHT_PROJECT'] ?? '.'));
    const settings = resolveSettings(flags, file, global, folders.data);
    requireVariant(file, settings.variant);
    if (makesOwnWheel(file)) return buildOwnWheel(file, settings, flags.platform !== undefined, context);
    const python = await readPackageFolder(file);
    for (const link of python.links) reporter.warn(describeLink(link));
    // A readme that isn't there is told before a compiler runs for minutes.
    await metadataParts(file, applyVariant(file, settings.variant), []);

    const built = await provideLibraries(file, settings, folders.cache, context);
    if (built.status === 'failed') return compileFailure(built, style);

    reporter.step('inspecting the libraries');
    const inputs = withLibraries(python, built.libraries);
    const native = await inspectInputs(inputs, signal);
    const choice = chooseVariant(native.variants, settings.variant);
    for (const warning of choice.warnings) reporter.warn(warning);
    const claim = claimPlatform(native.files, settings.target);
    // What the user claims against the evidence is packed and told; a target that the compiler missed is not.
    // What is repaired is judged when it's repaired.
    if (!claim.verdict.conforms && flags.platform === undefined && file.tool.repair === undefined)
      return targetMissed(claim.verdict, style);

    const table = applyVariant(file, choice.variant);
    const tags = { ...pythonTag(native.files, table.project['requires-python']), platform: claim.tag };
    const packed = await timed(() => {
      reporter.step('packing');
      const request = {
        file,
        table,
        tags,
        inputs,
        licenses: built.licenses,
        dependencies: built.dependencies,
        native: native.files.length > 0,
      };
      return packOrRepair(request, native.files, settings, context);
    });
    const seconds = { compile: built.seconds, pack: packed.seconds };
    const { importName } = python;
    const made = {
      wheel: packed.result,
      project: table.project,
      importName,
      choice,
      products: built,
      seconds,
    };
    return reportWheel(made, file, settings, context);
  };
}

/** The way of a project whose own build makes the wheel: it is looked at, tagged and repaired as any other. */
async function buildOwnWheel(
  file: ProjectFile,
  settings: BuildSettings,
  platformGiven: boolean,
  context: CommandContext,
): Promise<CommandResult> {
  const { host, reporter, signal, style } = context;
  const built = await provideLibraries(file, settings, userFolders(host.env).cache, context);
  if (built.status === 'failed') return compileFailure(built, style);
  const [made] = built.libraries;
  if (made === undefined) throw new TypeError('a build that makes its own wheel came back without one');
  reporter.step(`inspecting ${made.name}`);
  return withOwnWheel(made.path, signal, async (own) => {
    const choice = chooseVariant(own.native.variants, settings.variant);
    for (const warning of choice.warnings) reporter.warn(warning);
    const claim = claimPlatform(own.native.files, settings.target);
    if (!claim.verdict.conforms && !platformGiven && file.tool.repair === undefined)
      return targetMissed(claim.verdict, style);
    const packed = await timed(() => {
      reporter.step(`tagging ${made.name}`);
      return finishOwnWheel(own, claim, file, settings, context);
    });
    const native = new Set(own.native.files.map(({ path }) => path));
    const libraries = own.inputs.flatMap(({ name, content }) =>
      native.has(name) && 'path' in content ? [{ name, path: content.path }] : [],
    );
    return reportWheel(
      {
        wheel: packed.result,
        project: file.project,
        importName: importNameOf(file),
        choice,
        products: { ...built, libraries },
        seconds: { compile: built.seconds, pack: packed.seconds },
      },
      file,
      settings,
      context,
    );
  });
}
