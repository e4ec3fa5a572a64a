import { mkdir, readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { resolveInside, staysInside } from '../containment.js';
import { RunnerError } from '../error.js';
import type { Part } from '../request.js';
import type { ToolContext } from '../runner/tool.js';
import { refuseEscapingLinks } from '../source/layer.js';
import { unpackTar } from './tar.js';
import { isZip, unpackZip } from './zip.js';

/** Which part of an archive is meant, who asks, and what to call it where it isn't there. */
export interface UnpackedPart extends Part {
  readonly missing?: 'bad-archive' | 'source-missing' | 'overlay-missing';
}

/**
 * Unpacks a tar or ZIP archive and finds the folder that is meant: the archive's only top folder if it has just
 * one (npm's `package/`, `zlib-1.3/`), then `subfolder`.
 *
 * The names, kinds and sizes are checked before anything is written, the links before anything is used.
 *
 * @param folder - a path that doesn't exist yet
 * @throws {@link RunnerError} `bad-archive`, `tool-missing`
 */
export async function unpackArchive(
  archive: string,
  folder: string,
  { subfolder = '.', origin, missing = 'bad-archive' }: UnpackedPart,
  context: ToolContext,
): Promise<string> {
  await mkdir(folder);
  const root = await realpath(folder);
  if (await isZip(archive)) await unpackZip(archive, root, origin, context.signal);
  else await unpackTar(archive, root, origin, context);
  await refuseEscapingLinks(root, { origin, outside: 'bad-archive' });

  const entries = await readdir(root, { withFileTypes: true });
  const [only] = entries;
  const top = entries.length === 1 && only?.isDirectory() === true ? only.name : '.';
  return folderIn(join(root, top), subfolder, { code: missing, origin });
}

/**
 * A folder in one that was brought here, links followed as far as they stay inside.
 *
 * @throws {@link RunnerError} the code given, with what there is instead
 */
export async function folderIn(
  root: string,
  subfolder: string,
  { code, origin }: { readonly code: NonNullable<UnpackedPart['missing']>; readonly origin: string },
): Promise<string> {
  const chosen = staysInside(subfolder) ? await resolveInside(root, subfolder) : undefined;
  const found = chosen === undefined ? undefined : await readdir(chosen).catch(() => undefined);
  if (chosen !== undefined && found !== undefined) return chosen;
  throw new RunnerError(code, `${origin}: there is no folder '${subfolder}' in it`, {
    hint: `it has ${(await readdir(root)).slice(0, 10).join(', ')}`,
  });
}
