import type { FileHandle } from 'node:fs/promises';
import { WheelError } from './error.js';

/** Writes all of some bytes at a position: one call to the system may take less. Throws `io`. */
export async function writeFully(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    if (bytesWritten === 0) throw new WheelError('io', 'the file takes no more bytes');
    done += bytesWritten;
  }
}
