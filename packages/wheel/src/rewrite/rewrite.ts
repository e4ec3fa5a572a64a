import { constants } from 'node:fs';
import { copyFile, type FileHandle, open, stat } from 'node:fs/promises';
import { openFile } from '../byte-source.js';
import { WheelError } from '../error.js';
import { writeFully } from '../file-output.js';
import { replaceFile } from '../replace-file.js';
import { fileError } from '../system-error.js';
import { LOCAL_LENGTH } from '../zip/raw-header.js';
import type { OpenedArchive } from './archive.js';
import type { CopyRange } from './plan.js';

/** New contents for some texts of an archive, by their names; RECORD, which is adapted, must not be among them. */
export type Edit = (archive: OpenedArchive) => Promise<ReadonlyMap<string, string>>;

/**
 * Writes an archive anew with other contents for some of its texts. All other members are copied as they are,
 * compressed, in ranges as large as they come; the new texts come last, and RECORD behind them. The destination,
 * which may be the archive itself, is there as a whole or not at all.
 */
export async function rewriteArchive(
  path: string,
  destination: string,
  edit: Edit,
): Promise<{ readonly size: number }> {
  const before = await stat(path, { bigint: true }).catch((error: unknown) => {
    throw fileError(error, 'reading', path);
  });
  return replaceFile(destination, async (file, temporary) => {
    // The system copies what will be the common start while it's planned here what else there is to do.
    const copying = (await startsWithContent(path))
      ? copyWhole(path, { file, temporary })
      : Promise.resolve(false);
    copying.catch(() => undefined);
    // Loaded while the system copies.
    const rewrite = await import('./archive.js')
      .then(({ planned, withArchive }) =>
        withArchive(path, async (archive) => planned(archive, await edit(archive))),
      )
      .catch(async (error: unknown) => {
        await copying.catch(() => undefined);
        throw error;
      });
    await copyRanges(path, file, rewrite.ranges, await copying);
    const after = await stat(path, { bigint: true });
    if (after.mtimeNs !== before.mtimeNs || after.size !== before.size)
      throw new WheelError('input-changed', `${path} changed while it was copied`);
    await writeFully(file, rewrite.tail, rewrite.end);
    await file.truncate(rewrite.end + rewrite.tail.length);
    return { size: rewrite.end + rewrite.tail.length };
  });
}

/** Archives of this length are copied inside the system, which may even share their blocks. */
const WORTH_A_COPY = 1 << 20;
const BUFFER = 8 << 20;

/** Whether a wheel is large and begins with what is kept: dist-info at the front would leave no common start. */
async function startsWithContent(path: string): Promise<boolean> {
  const source = await openFile(path);
  try {
    if (source.size < WORTH_A_COPY) return false;
    const header = Buffer.from(await source.read(0, LOCAL_LENGTH + 512));
    const name = header.toString('latin1', LOCAL_LENGTH, LOCAL_LENGTH + header.readUInt16LE(26));
    return !/^[^/]*\.dist-info\//.test(name);
  } finally {
    await source.close();
  }
}

async function copyWhole(
  path: string,
  { file, temporary }: { readonly file: FileHandle; readonly temporary: string },
): Promise<true> {
  const { mode } = await file.stat();
  await copyFile(path, temporary, constants.COPYFILE_FICLONE).catch((error: unknown) => {
    throw fileError(error, 'copying', path);
  });
  await file.chmod(mode & 0o777);
  return true;
}

/**
 * Copies what is kept of an archive into a new file, by the system where the common start is large; what comes behind
 * the ranges is then left over from the old archive, to be overwritten or cut off.
 */
export async function copyKept(
  path: string,
  { file, temporary }: { readonly file: FileHandle; readonly temporary: string },
  ranges: readonly CopyRange[],
): Promise<void> {
  const [first] = ranges;
  const worth = first?.from === 0 && first.length >= WORTH_A_COPY;
  await copyRanges(path, file, ranges, worth && (await copyWhole(path, { file, temporary })));
}

/** Copies ranges; with `copied`, the file holds all of the old archive already, and so the first range at 0. */
async function copyRanges(
  path: string,
  file: FileHandle,
  ranges: readonly CopyRange[],
  copied: boolean,
): Promise<void> {
  const rest = ranges.filter(({ from }) => !(copied && from === 0));
  if (rest.length === 0) return;
  const source = await open(path, 'r');
  try {
    const buffer = Buffer.allocUnsafeSlow(BUFFER);
    for (const { from, length, to } of rest) {
      for (let done = 0; done < length; ) {
        const { bytesRead } = await source.read(
          buffer,
          0,
          Math.min(buffer.length, length - done),
          from + done,
        );
        if (bytesRead === 0)
          throw new WheelError('input-changed', `${path} became shorter while it was copied`);
        await writeFully(file, buffer.subarray(0, bytesRead), to + done);
        done += bytesRead;
      }
    }
  } finally {
    await source.close();
  }
}
