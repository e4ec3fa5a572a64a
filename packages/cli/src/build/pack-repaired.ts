import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseWheelFilename, type WrittenWheel } from '@wheelwright/wheel';
import { parseProvider, repairWheel } from '@wheelwright/repair';
import type { AuditedFile } from '@wheelwright/audit';
import type { CommandContext } from '../command.js';
import type { ProjectFile } from '../config/load.js';
import { CliError } from '../error.js';
import { version } from '../version.js';
import { packWheel, sourceDateEpoch, type PackRequest } from './pack.js';
import type { BuildSettings } from './settings.js';

/** A wheel in its place, and the platform part of the tag that it ended up with. */
export interface FinishedWheel extends Omit<WrittenWheel, 'members'> {
  readonly platform: string;
}

/**
 * Packs a wheel, and repairs it where the project has `[tool.wheelwright.repair]`: the packed one then lies in a
 * temporary folder, and only the repaired one comes out. A pattern of `exclude` that matches nothing is a warning here,
 * because one table serves all variants of a project.
 *
 * @throws WheelError; RepairError where the target can't be met
 */
export async function packOrRepair(
  request: PackRequest,
  files: readonly AuditedFile[],
  settings: BuildSettings,
  context: CommandContext,
): Promise<FinishedWheel> {
  const table = request.file.tool.repair;
  const [first] = files;
  if (table === undefined || first === undefined) {
    const wheel = await packWheel(settings.out, request, context);
    return { ...wheel, platform: request.tags.platform };
  }
  const folder = await mkdtemp(join(tmpdir(), 'wheelwright-pack-'));
  try {
    const tags = { ...request.tags, platform: `linux_${first.elf.machine}` };
    const packed = await packWheel(folder, { ...request, tags }, context);
    return await repairPacked(packed.path, request.file, settings, context);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Repairs a packed wheel as `[tool.wheelwright.repair]` says.
 *
 * @throws RepairError where the target can't be met
 */
export async function repairPacked(
  wheel: string,
  file: ProjectFile,
  settings: BuildSettings,
  { host, reporter, signal }: CommandContext,
): Promise<FinishedWheel> {
  const table = file.tool.repair;
  if (table === undefined) throw new TypeError('a project without tool.wheelwright.repair is not repaired');
  const from = (path: string): string => resolve(file.folder, path);
  const libraryPath = host.env['LD_LIBRARY_PATH'];
  const result = await repairWheel(wheel, {
    out: settings.out,
    ...(settings.target === undefined ? {} : { plat: settings.target }),
    exclude: table.exclude,
    providers: table.providers.map(parseProvider),
    graftDrivers: table['graft-drivers'],
    roots: table.roots.map((root) => (root.includes('/') ? from(root) : root)),
    keepNames: table['keep-names'],
    strip: table.strip,
    ...(table.ldpaths === undefined ? {} : { ldpaths: table.ldpaths.map(from) }),
    ...(libraryPath === undefined ? {} : { libraryPath }),
    unusedExclude: 'tell',
    tool: { name: 'wheelwright', version },
    ...sourceDateEpoch(host.env),
    signal,
    onStep: (text) => {
      reporter.step(text);
    },
  });
  if (result.written === undefined) throw new CliError('refused', 'the repaired wheel was not written');
  if (result.kind === 'repaired') {
    for (const pattern of result.unusedExcludes)
      reporter.warn(`tool.wheelwright.repair.exclude: ${pattern} matches no library that is needed`);
  }
  return { ...result.written, platform: parseWheelFilename(result.written.filename).tags.platform };
}
