import { constants, createWriteStream } from 'node:fs';
import { readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { treeEntries } from './tree-entries.js';

/** A snapshot's name in the result of a compilation. */
export const SNAPSHOT_NAME = 'source.zip';
/** The archive's only top folder: whoever unpacks it here, or as a source of another build, gets the tree itself. */
const TOP = 'source/';
/** The oldest time that a ZIP archive can say: the archive doesn't depend on the clock. */
const EPOCH = new Date(1980, 0, 1);

/**
 * Writes a tree into a ZIP archive: its files, executable or not, and its links, in the order of their names. The
 * same tree gives the same bytes. The archive's comment is the tree's hash.
 *
 * @param path - doesn't exist yet
 */
export async function writeSnapshot(
  tree: string,
  path: string,
  treeHash: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { ZipFile } = await import('yazl');
  const zip = new ZipFile();
  const output = createWriteStream(path, { flags: 'wx' });
  const written = pipeline(zip.outputStream, output, signal === undefined ? {} : { signal });
  // A failure here shows where it's awaited.
  written.catch(() => undefined);
  // yazl tells of a file that it can't read here, and not on its stream.
  const failed = new Promise<never>((_resolve, reject) => {
    zip.on('error', reject);
  });
  failed.catch(() => undefined);
  for (const { entry, name } of await treeEntries(tree)) {
    signal?.throwIfAborted();
    const file = join(tree, name);
    if (entry.isSymbolicLink()) {
      const target = Buffer.from(await readlink(file));
      zip.addBuffer(target, TOP + name, { mtime: EPOCH, mode: constants.S_IFLNK | 0o777 });
      continue;
    }
    const isExecutable = ((await stat(file)).mode & constants.S_IXUSR) !== 0;
    zip.addFile(file, TOP + name, { mtime: EPOCH, mode: constants.S_IFREG | (isExecutable ? 0o755 : 0o644) });
  }
  zip.end({ forceZip64Format: false, comment: `wheelwright source tree: sha256 ${treeHash}` });
  await Promise.race([written, failed]);
}
