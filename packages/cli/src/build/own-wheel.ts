import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseWheelFilename, retagWheel, unpackWheel, type WheelInput } from '@wheelwright/wheel';
import type { CommandContext } from '../command.js';
import type { ProjectFile } from '../config/load.js';
import { inspectInputs, type NativeFacts } from './inspected-files.js';
import { repairPacked, type FinishedWheel } from './pack-repaired.js';
import type { PlatformClaim } from './platform-claim.js';
import type { BuildSettings } from './settings.js';

/** A wheel that the project's own build has made, opened. */
export interface OwnWheel {
  readonly path: string;
  /** Its files by their names in the wheel. */
  readonly inputs: readonly WheelInput[];
  readonly native: NativeFacts;
}

/** Whether a project's own build makes its wheel. */
export function makesOwnWheel({ tool }: ProjectFile): boolean {
  return (tool.compile?.['wheel-command'] ?? []).length > 0;
}

/**
 * Unpacks a project's own wheel into a temporary folder, every file compared with RECORD, and looks at its native
 * files; the folder is there while `use` runs.
 *
 * @throws WheelError for an archive that isn't a sound wheel
 */
export async function withOwnWheel<T>(
  path: string,
  signal: AbortSignal,
  use: (wheel: OwnWheel) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'wheelwright-own-'));
  try {
    const unpacked = await unpackWheel(path, folder, { signal });
    const entries = await readdir(unpacked.folder, { recursive: true, withFileTypes: true });
    const inputs = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((file) => ({
        name: relative(unpacked.folder, file).split(sep).join('/'),
        content: { path: file },
      }));
    return await use({ path, inputs, native: await inspectInputs(inputs, signal) });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Gives a project's own wheel the platform tag that it meets, or repairs it where the project has
 * `[tool.wheelwright.repair]`. Its Python and ABI tags stay as its own build has said them.
 */
export async function finishOwnWheel(
  { path, native }: OwnWheel,
  claim: PlatformClaim,
  file: ProjectFile,
  settings: BuildSettings,
  context: CommandContext,
): Promise<FinishedWheel> {
  await mkdir(settings.out, { recursive: true });
  if (native.files.length > 0 && file.tool.repair !== undefined) {
    return repairPacked(path, file, settings, context);
  }
  const { tags } = parseWheelFilename(basename(path));
  const platform = native.files.length === 0 ? tags.platform : claim.tag;
  const wheel = await retagWheel(path, { platform }, { folder: settings.out });
  const { size } = await stat(wheel.path);
  const digest = createHash('sha256');
  await pipeline(createReadStream(wheel.path), digest);
  return { path: wheel.path, filename: wheel.filename, size, sha256: digest.digest('hex'), platform };
}
