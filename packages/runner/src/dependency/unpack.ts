import { mkdir, readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { resolveInside, staysInside } from '../containment.js';
import { RunnerError } from '../error.js';
import { runTool, type ToolContext } from '../runner/tool.js';
import { refuseEscapingLinks } from '../source/layer.js';

/** No source archive comes near it; a list of names that long is an attack. */
const MAX_MEMBERS = 500_000;

/**
 * Unpacks a tar archive, compressed or not, and finds the folder to build in: the archive's only top folder if
 * it has just one (npm's `package/`, `zlib-1.3/`), then `subfolder`.
 *
 * The names are checked before anything is written, the links before anything is used. Between the two stands
 * tar itself, which doesn't write through links that it has just unpacked.
 *
 * @param folder - a path that doesn't exist yet
 * @throws {@link RunnerError} `bad-archive`, `tool-missing`
 */
export async function unpackArchive(
  archive: string,
  folder: string,
  { subfolder = '.', origin }: { readonly subfolder?: string; readonly origin: string },
  context: ToolContext,
): Promise<string> {
  await mkdir(folder);
  const root = await realpath(folder);
  const environment = { ...context.environment, TAR_OPTIONS: undefined, LC_ALL: 'C' };
  const run = async (...args: string[]): Promise<string> => {
    const tar = { ...context, environment, folder: root, hint: 'archives are unpacked by tar: install it' };
    const result = await runTool('tar', args, tar);
    if (result.exitCode === 0) return result.stdout;
    throw new RunnerError(
      'bad-archive',
      `${origin}: tar can't read the archive: ${firstLine(result.stderr)}`,
      {
        hint: 'sources are tar archives: .tar, .tar.gz, .tar.xz, .tar.bz2',
      },
    );
  };
  checkMembers((await run('--list', '--file', archive)).split('\n'), origin);
  await run('--extract', '--file', archive, '--no-same-owner', '--no-same-permissions');
  await refuseEscapingLinks(root, { origin, outside: 'bad-archive' });

  const entries = await readdir(root, { withFileTypes: true });
  const [only] = entries;
  const top = entries.length === 1 && only?.isDirectory() === true ? only.name : '.';
  const chosen = staysInside(subfolder) ? await resolveInside(root, join(top, subfolder)) : undefined;
  const found = chosen === undefined ? undefined : await readdir(chosen).catch(() => undefined);
  if (chosen !== undefined && found !== undefined) return chosen;
  throw new RunnerError(
    'bad-archive',
    `${origin}.subfolder: there is no folder '${subfolder}' in the archive`,
    {
      hint: `it has ${(await readdir(join(root, top))).slice(0, 10).join(', ')}`,
    },
  );
}

function checkMembers(names: readonly string[], origin: string): void {
  if (names.length > MAX_MEMBERS) {
    throw new RunnerError('bad-archive', `${origin}: the archive has more than ${MAX_MEMBERS} members`);
  }
  const bad = names.find((name) => !staysInside(name));
  if (bad !== undefined) {
    throw new RunnerError(
      'bad-archive',
      `${origin}: the archive's member '${bad}' leads outside of its folder`,
    );
  }
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}
