import { resolve } from 'node:path';
import { normaliseDistribution, normaliseVersion } from '@wheelwright/wheel';
import { provideLibraries } from '../build/compile-project.js';
import { userFolders } from '../build/folders.js';
import { inspectInputs } from '../build/inspected-files.js';
import { keepArtifact } from '../build/keep-artifact.js';
import { metadataParts } from '../build/metadata-files.js';
import { packOrRepair } from '../build/pack-repaired.js';
import { readPackageFolder } from '../build/package-folder.js';
import { claimPlatform } from '../build/platform-claim.js';
import { pythonTag } from '../build/python-tag.js';
import { buildFlags, resolveSettings } from '../build/settings.js';
import { installAndImport } from '../build/smoke-test.js';
import { chooseVariant } from '../build/variant-choice.js';
import { applyVariant, requireVariant } from '../build/variant-table.js';
import type { Command, CommandResult } from '../command.js';
import { loadProject } from '../config/load.js';
import { EXIT } from '../exit-code.js';
import { compileFailure, targetMissed } from '../render/build-failure.js';
import { describeBuild, type BuildReport } from '../render/build-report.js';
import { auditPath } from './audit.js';

/** `build-wheel [PROJECT]`: the way of the data, from sources to a wheel and its artifact. */
export function buildWheel(args: readonly string[], options: Record<string, unknown>): Command {
  const flags = buildFlags(options);
  return async (context): Promise<CommandResult> => {
    const { host, options: global, reporter, signal, style } = context;
    const folders = userFolders(host.env);
    const file = await loadProject(resolve(global.cwd, args[0] ?? host.env['WHEELWRIGHT_PROJECT'] ?? '.'));
    const settings = resolveSettings(flags, file, global, folders.data);
    requireVariant(file, settings.variant);
    const python = await readPackageFolder(file);
    // A readme that isn't there is told before a compiler runs for minutes.
    await metadataParts(file, applyVariant(file, settings.variant), []);

    const built = await provideLibraries(file, settings, folders.cache, context);
    if (built.status === 'failed') return compileFailure(built, style);

    reporter.step('inspecting the libraries');
    const libraries = built.libraries.map(({ name, path }) => ({
      name: `${python.path}/${name}`,
      content: { path },
      executable: true,
    }));
    const inputs = [...python.files, ...libraries];
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
        native: native.files.length > 0,
      };
      return packOrRepair(request, native.files, settings, context);
    });
    const wheel = packed.result;
    const audited = await timed(() => {
      reporter.step(`auditing ${wheel.filename}`);
      return auditPath(wheel.path);
    });
    if (settings.test) {
      reporter.step('installing the wheel into a clean environment');
      const requirements = table.project.dependencies ?? [];
      await installAndImport(
        { path: wheel.path, importName: python.importName, requirements },
        settings.python,
        signal,
      );
    }
    reporter.step('keeping the artifact');
    const products = {
      ...built,
      variant: choice.variant,
      python: tags.abi === 'none' || tags.abi === 'abi3' ? null : tags.python,
    };
    const report: BuildReport = {
      wheel: wheel.path,
      distribution: normaliseDistribution(table.project.name),
      version: normaliseVersion(table.project.version),
      tag: `${tags.python}-${tags.abi}-${wheel.platform}`,
      size: wheel.size,
      sha256: wheel.sha256,
      platform: audited.result.platform,
      variant: choice.variant,
      artifact: await keepArtifact(products, file, settings, context),
      seconds: { compile: built.seconds, pack: packed.seconds, audit: audited.seconds },
    };
    const background = {
      verdict: audited.result,
      variantReason: choice.why,
      tested: settings.test,
      cwd: global.cwd,
    };
    return {
      exitCode: audited.result.conforms ? EXIT.done : EXIT.refused,
      document: { schema: 'wheelwright/build-wheel@1', ...report },
      text: describeBuild(report, background, style),
    };
  };
}

/** Seconds, to the millisecond. */
async function timed<T>(action: () => Promise<T>): Promise<{ readonly result: T; readonly seconds: number }> {
  const start = performance.now();
  const result = await action();
  return { result, seconds: Math.round(performance.now() - start) / 1000 };
}
