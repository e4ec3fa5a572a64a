import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { WheelError } from './error.js';
import { BLOCK_SIZE, type ZipOutput } from './zip/zip-writer.js';

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
  const block = Buffer.allocUnsafe(BLOCK_SIZE);
  for (let at = 0; at < size; ) {
    proceed();
    const { bytesRead } = await file.read(block, 0, block.length, at);
    if (bytesRead === 0) throw new WheelError('io', `the new file ends at ${at}, not at ${size}`);
    hash.update(block.subarray(0, bytesRead));
    at += bytesRead;
  }
  return hash.digest('hex');
}

/** A file as the place where an archive goes. */
export function zipOutput(file: FileHandle): ZipOutput {
  return {
    truncate: (length) => file.truncate(length),
    write: (bytes, position) => writeFully(file, bytes, position),
  };
}
