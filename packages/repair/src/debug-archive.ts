import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { DebugFile } from './prepare.js';

/** The oldest time that a ZIP archive can say: the archive doesn't depend on the clock. */
const EPOCH = new Date(1980, 0, 1);

/** Writes debug files into a ZIP archive, as a whole or not at all. */
export async function writeDebugArchive(
  path: string,
  files: readonly DebugFile[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const { ZipFile } = await import('yazl');
  const zip = new ZipFile();
  const sorted = [...new Map(files.map((file) => [file.name, file])).values()].sort((a, b) =>
    Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)),
  );
  for (const { name, path: from } of sorted) zip.addFile(from, name, { mtime: EPOCH, mode: 0o100644 });
  zip.end();
  const beside = `${path}.${process.pid}.tmp`;
  try {
    const output = createWriteStream(beside, { flags: 'wx' });
    await pipeline(zip.outputStream, output, signal === undefined ? {} : { signal });
    const file = await open(beside, 'r');
    await file.sync().finally(() => file.close());
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
