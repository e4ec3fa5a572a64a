import { open } from 'node:fs/promises';
import { ElfError } from './error.js';

/**
 * Bytes that can be read at any place: a file, a buffer, a member of an archive, an object in a bucket.
 * `read` gives exactly `length` bytes or fails.
 * @public
 */
export interface ByteSource {
  readonly size: number;
  read(offset: number, length: number): Promise<Uint8Array>;
  /** Reads as much as there is room in `target`, for who reads much and would rather use the same memory again. */
  readInto?(target: Uint8Array, offset: number): Promise<void>;
}

/**
 * A byte source over bytes at hand. The results of `read` are views, not copies.
 *
 * @throws ElfError `short-read` where the range leads beyond the end
 * @public
 */
export function bufferSource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    // eslint-disable-next-line @typescript-eslint/require-await -- so that a bad range rejects, never throws
    async read(offset, length) {
      if (offset < 0 || length < 0 || offset + length > bytes.length)
        throw shortRead(offset, length, bytes.length);
      return bytes.subarray(offset, offset + length);
    },
  };
}

/**
 * Opens a file as a byte source; each read is one `pread`, so reads may overlap. The caller closes it.
 * Errors of the operating system (`ENOENT`, `EACCES` ...) pass through as they are.
 *
 * @throws ElfError `short-read` where the file is shorter than it was when it was opened
 * @public
 */
export async function openFile(path: string): Promise<ByteSource & { close(): Promise<void> }> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const readInto = async (target: Uint8Array, offset: number): Promise<void> => {
      const { length } = target;
      for (let done = 0; done < length; ) {
        const { bytesRead } = await file.read(target, done, length - done, offset + done);
        if (bytesRead === 0) throw shortRead(offset, length, offset + done);
        done += bytesRead;
      }
    };
    return {
      size,
      readInto,
      async read(offset, length) {
        const bytes = new Uint8Array(length);
        await readInto(bytes, offset);
        return bytes;
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function shortRead(offset: number, length: number, end: number): ElfError {
  return new ElfError('short-read', `${length} bytes were asked for at offset ${offset}`, {
    offset,
    structure: 'the byte source',
    expected: `a range within its ${end} bytes`,
  });
}
