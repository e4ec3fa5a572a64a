import { constants, createWriteStream } from 'node:fs';
import { mkdir, open, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Entry, ZipFile } from 'yauzl';
import { staysInside } from '../containment.js';
import { errnoOf, reasonOf, RunnerError } from '../error.js';
import { ArchiveBudget } from './limits.js';

/** A link's target is a path: PATH_MAX. */
const MAX_TARGET = 4096;

/** Whether a file begins as a ZIP archive does, also as an empty one. */
export async function isZip(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return bytesRead === 4 && ['PK\x03\x04', 'PK\x05\x06'].includes(buffer.toString('latin1'));
  } finally {
    await file.close();
  }
}

/**
 * Unpacks a ZIP archive (a wheel is one) into an existing folder. All members are looked at before anything is
 * written; links are made last, so that nothing is written through one.
 *
 * @throws {@link RunnerError} `bad-archive`
 */
export async function unpackZip(
  archive: string,
  folder: string,
  origin: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const bad = (problem: string, cause?: unknown): RunnerError =>
    new RunnerError('bad-archive', `${origin}: ${problem}`, { cause });
  const { openPromise } = await import('yauzl');
  let zip: ZipFile | undefined;
  try {
    // yauzl refuses names with `..`, absolute ones and backslashes, and members that are longer than they say.
    zip = await openPromise(archive, { autoClose: false, validateEntrySizes: true, strictFileNames: true });
    const budget = await ArchiveBudget.of(archive, origin);
    const entries = await listMembers(zip, budget, bad);
    const links = entries.filter((entry) => kindOf(entry) === constants.S_IFLNK);
    for (const entry of entries) {
      signal?.throwIfAborted();
      if (!links.includes(entry)) await writeMember(zip, entry, join(folder, entry.fileName), signal);
    }
    for (const entry of links) await writeLink(zip, entry, join(folder, entry.fileName), bad);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof RunnerError) throw error;
    if (['EEXIST', 'ENOTDIR', 'EISDIR'].includes(errnoOf(error) ?? ''))
      throw bad(`two members of the archive have one name: ${reasonOf(error)}`, error);
    if (errnoOf(error) !== undefined) throw error;
    throw bad(`the ZIP archive is damaged: ${reasonOf(error)}`, error);
  } finally {
    zip?.close();
  }
}

async function listMembers(
  zip: ZipFile,
  budget: ArchiveBudget,
  bad: (problem: string) => RunnerError,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of zip.eachEntry()) {
    const { fileName: name, uncompressedSize } = entry;
    if (!staysInside(name)) throw bad(`the archive's member '${name}' leads outside of its folder`);
    if (entry.isEncrypted()) throw bad(`the archive's member '${name}' is encrypted`);
    if (![0, constants.S_IFREG, constants.S_IFDIR, constants.S_IFLNK].includes(kindOf(entry)))
      throw bad(`the archive's member '${name}' is neither file, folder nor link`);
    budget.member(uncompressedSize);
    entries.push(entry);
  }
  return entries;
}

/** The type bits of a Unix mode; 0 where the archive was made elsewhere. */
function kindOf({ externalFileAttributes }: Entry): number {
  return (externalFileAttributes >>> 16) & constants.S_IFMT;
}

async function writeMember(
  zip: ZipFile,
  entry: Entry,
  path: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (entry.fileName.endsWith('/')) {
    await mkdir(path, { recursive: true });
    return;
  }
  await mkdir(dirname(path), { recursive: true });
  const isExecutable = ((entry.externalFileAttributes >>> 16) & constants.S_IXUSR) !== 0;
  const output = createWriteStream(path, { flags: 'wx', mode: isExecutable ? 0o755 : 0o644 });
  await pipeline(await zip.openReadStreamPromise(entry), output, signal === undefined ? {} : { signal });
}

async function writeLink(
  zip: ZipFile,
  entry: Entry,
  path: string,
  bad: (problem: string) => RunnerError,
): Promise<void> {
  if (entry.uncompressedSize > MAX_TARGET)
    throw bad(`the link ${entry.fileName} is longer than a path can be`);
  const chunks: Buffer[] = [];
  for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
  await mkdir(dirname(path), { recursive: true });
  await symlink(Buffer.concat(chunks).toString('utf8'), path);
}
