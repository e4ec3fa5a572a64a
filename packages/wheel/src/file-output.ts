import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { WheelError } from './error.js';
import { BLOCK_SIZE } from './zip/block-memory.js';
import type { ZipOutput } from './zip/zip-writer.js';

/** Writes all of some bytes at a position: one call to the system may take less. Throws `io`. */
export async function writeFully(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    if (bytesWritten === 0) throw new WheelError('io', 'the file takes no more bytes');
    done += bytesWritten;
  }
}

/**
 * The sha256 of a new file, in hexadecimal. Local headers are written after their data, so that the whole file can only
 * be hashed at the end.
 */
export async function digest(file: FileHandle, size: number, proceed: () => void): Promise<string> {
  const hash = createHash('sha256');
  // While one block is hashed the next one is read.
  let [now, next] = [Buffer.allocUnsafeSlow(BLOCK_SIZE), Buffer.allocUnsafeSlow(BLOCK_SIZE)];
  let reading = file.read(now, 0, BLOCK_SIZE, 0);
  for (let at = 0; at < size; ) {
    const { bytesRead } = await reading;
    proceed();
    if (bytesRead === 0) throw new WheelError('io', `the new file ends at ${at}, not at ${size}`);
    at += bytesRead;
    reading = file.read(next, 0, BLOCK_SIZE, at);
    // A failure is met in its turn; until then it must not count as unhandled.
    reading.catch(() => undefined);
    hash.update(now.subarray(0, bytesRead));
    [now, next] = [next, now];
  }
  await reading;
  return hash.digest('hex');
}

/** Up to here pieces that follow each other are written together. */
const GATHERED = BLOCK_SIZE;

/** A file as the place where an archive goes. Small pieces are gathered: each write is a trip to another thread. */
export function zipOutput(file: FileHandle): ZipOutput {
  const gathered = Buffer.allocUnsafeSlow(GATHERED);
  let start = 0;
  let length = 0;
  const flush = async (): Promise<void> => {
    const bytes = gathered.subarray(0, length);
    length = 0;
    await writeFully(file, bytes, start);
  };
  return {
    flush,
    truncate: async (size) => {
      await flush();
      await file.truncate(size);
    },
    write: async (bytes, position) => {
      if (position !== start + length || length + bytes.length > GATHERED) await flush();
      if (bytes.length > GATHERED / 4) {
        await flush();
        await writeFully(file, bytes, position);
        return;
      }
      if (length === 0) start = position;
      gathered.set(bytes, length);
      length += bytes.length;
    },
  };
}
