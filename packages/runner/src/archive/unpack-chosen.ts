import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { noSpace, RunnerError } from '../error.js';
import { runTool } from '../runner/tool.js';
import { listTar } from './tar.js';

/** Which members of an archive are meant, and what they are called there. */
export interface Chosen {
  /** The folder of the archive that becomes `folder`: `source`, or `.`. */
  readonly top: string;
  readonly wanted: (name: string) => boolean;
  /** Who made the archive, for messages. */
  readonly origin: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Unpacks the wanted files of a tar archive in the place of a folder, which is replaced at once and whole. All
 * members are looked at before anything is written; what is neither file nor link isn't wanted.
 *
 * @param archive - its own folder is used for what is half done, and must be on the same disk
 * @throws {@link RunnerError} `bad-archive`, `no-space`, `tool-missing`
 */
export async function replaceByChosen(folder: string, archive: string, chosen: Chosen): Promise<void> {
  const { top, wanted, origin, signal } = chosen;
  const drafts = dirname(archive);
  const tree = join(drafts, 'tree');
  const unpacked = join(tree, top);
  await mkdir(unpacked, { recursive: true });
  const environment = { PATH: process.env['PATH'], LC_ALL: 'C' };
  const context = { environment, signal, folder: tree };
  const names: Buffer[] = [];
  await listTar(archive, origin, context, ({ kind, name, bytes }) => {
    if (!'-lhC'.includes(kind) || !name.startsWith(`${top}/`)) return;
    if (wanted(name.slice(top.length + 1))) names.push(bytes, Buffer.of(0));
  });
  if (names.length > 0) {
    const list = join(drafts, 'names');
    await writeFile(list, Buffer.concat(names));
    const args = [
      ...['--extract', '--file', archive, '--no-same-owner', '--no-same-permissions', '--no-recursion'],
      ...['--null', '--verbatim-files-from', '--files-from', list],
    ];
    const { exitCode, stderr } = await runTool('tar', args, { ...context, hint: 'install GNU tar' });
    if (/No space left on device/.test(stderr)) throw noSpace(folder);
    if (exitCode !== 0) {
      throw new RunnerError('bad-archive', `${origin}: a name in what was built can't be unpacked`, {
        hint: stderr.trim(),
      });
    }
  }
  await rm(folder, { recursive: true, force: true });
  await rename(unpacked, folder);
}
