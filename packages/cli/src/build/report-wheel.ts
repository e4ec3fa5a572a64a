import type { Project } from '@wheelwright/wheel';
import { parseWheelFilename } from '@wheelwright/wheel';
import { auditPath } from '../commands/audit.js';
import type { CommandContext, CommandResult } from '../command.js';
import type { ProjectFile } from '../config/load.js';
import { EXIT } from '../exit-code.js';
import { describeBuild, type BuildReport } from '../render/build-report.js';
import { keepArtifact, type BuildProducts } from './keep-artifact.js';
import type { FinishedWheel } from './pack-repaired.js';
import type { BuildSettings } from './settings.js';
import { installAndImport } from './smoke-test.js';
import { timed } from './timed.js';
import type { VariantChoice } from './variant-choice.js';

/** A wheel that lies in its place, and what is known of how it came there. */
export interface WheelToReport {
  readonly wheel: FinishedWheel;
  readonly project: Project;
  readonly importName: string;
  readonly choice: VariantChoice;
  readonly products: Omit<BuildProducts, 'variant' | 'python'>;
  /** Without the audit, which is done here. */
  readonly seconds: { readonly compile: number; readonly pack: number };
}

/**
 * Audits the file that was written, tries it if asked to, keeps the artifact, and says what was made.
 *
 * @throws {@link CliError} `refused` where installing or importing fails
 */
export async function reportWheel(
  { wheel, project, importName, choice, products, seconds }: WheelToReport,
  file: ProjectFile,
  settings: BuildSettings,
  context: CommandContext,
): Promise<CommandResult> {
  const { options: global, reporter, signal, style } = context;
  const { distribution, version, tags } = parseWheelFilename(wheel.filename);
  const audited = await timed(() => {
    reporter.step(`auditing ${wheel.filename}`);
    return auditPath(wheel.path);
  });
  if (settings.test) {
    reporter.step('installing the wheel into a clean environment');
    const requirements = project.dependencies ?? [];
    await installAndImport({ path: wheel.path, importName, requirements }, settings.python, signal);
  }
  reporter.step('keeping the artifact');
  const ofOnePython = tags.abi !== 'none' && tags.abi !== 'abi3';
  const kept = { ...products, variant: choice.variant, python: ofOnePython ? tags.python : null };
  const report: BuildReport = {
    wheel: wheel.path,
    distribution,
    version,
    tag: `${tags.python}-${tags.abi}-${wheel.platform}`,
    size: wheel.size,
    sha256: wheel.sha256,
    platform: audited.result.platform,
    variant: choice.variant,
    artifact: await keepArtifact(kept, file, settings, context),
    seconds: { ...seconds, audit: audited.seconds },
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
}
