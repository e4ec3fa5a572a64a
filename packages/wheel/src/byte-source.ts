import { open } from 'node:fs/promises';
import { systemCode, WheelError } from './error.js';

/**
 * Bytes that are read by range: a file, a buffer, a member of a wheel, an object in a bucket.
 * `read` gives exactly `length` bytes, or fails; a range that isn't inside `0..size` fails.
 */
export interface ByteSource {
  readonly size: number;
  read(offset: number, length: number): Promise<Uint8Array>;
  /** Reads as much as there is room in `target`, for who reads much and would rather use the same memory again. */
  readInto?(target: Uint8Array, offset: number): Promise<void>;
}

/** A source that holds something open until it's closed. */
export interface ClosableSource extends ByteSource {
  close(): Promise<void>;
}

/** Refuses a range that isn't wholly inside a source, with `out-of-bounds`. */
export function checkRange(size: number, offset: number, length: number, what: string): void {
  const numbers = Number.isSafeInteger(offset) && Number.isSafeInteger(length);
  if (!numbers || offset < 0 || length < 0 || offset > size - length) {
    throw new WheelError('out-of-bounds', `${what}: bytes ${offset}+${length} lie outside its ${size} bytes`);
  }
}

/**
 * Reads a range of a source that anyone may have written: its errors become `io` with their cause, and what
 * it gives is not trusted to be all of the range.
 */
export async function readExactly(source: ByteSource, offset: number, length: number): Promise<Uint8Array> {
  const bytes = await source.read(offset, length).catch((error: unknown) => failed(error, offset, length));
  if (bytes.length !== length) {
    throw new WheelError('io', `${length} bytes were asked for at ${offset}, but ${bytes.length} came`);
  }
  return bytes;
}

/** Fills `target` from a source's offset on; throws as {@link readExactly} does. */
export async function readInto(source: ByteSource, target: Uint8Array, offset: number): Promise<void> {
  if (source.readInto === undefined) target.set(await readExactly(source, offset, target.length));
  else await source.readInto(target, offset).catch((error: unknown) => failed(error, offset, target.length));
}

function failed(error: unknown, offset: number, length: number): never {
  if (error instanceof WheelError) throw error;
  const reason = error instanceof Error ? error.message : String(error);
  throw new WheelError('io', `${length} bytes at ${offset} cannot be read: ${reason}`, { cause: error });
}

/** Makes bytes at hand a source; they are not copied. */
export function bufferSource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    // eslint-disable-next-line @typescript-eslint/require-await -- a range that is refused rejects, never throws
    read: async (offset, length) => {
      checkRange(bytes.length, offset, length, 'the buffer');
      return bytes.subarray(offset, offset + length);
    },
  };
}

/**
 * Opens a regular file as a source; the caller closes it.
 * Fails with `not-found`, `not-a-regular-file`, `io`, and on reading with `out-of-bounds` or `input-changed`.
 */
export async function openFile(path: string): Promise<ClosableSource> {
  const file = await open(path, 'r').catch((error: unknown) => {
    const missing = systemCode(error) === 'ENOENT';
    throw new WheelError(
      missing ? 'not-found' : 'io',
      `${path} cannot be opened${missing ? ': no such file' : ''}`,
      {
        cause: error,
      },
    );
  });
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new WheelError('not-a-regular-file', `${path} is not a regular file`);
    const { size } = stats;
    const readTo = async (target: Uint8Array, offset: number): Promise<void> => {
      for (let done = 0; done < target.length; ) {
        const { bytesRead } = await file.read(target, done, target.length - done, offset + done);
        if (bytesRead === 0) {
          throw new WheelError(
            'input-changed',
            `${path} became shorter than ${size} bytes while it was read`,
          );
        }
        done += bytesRead;
      }
    };
    return {
      size,
      close: () => file.close(),
      read: async (offset, length) => {
        checkRange(size, offset, length, path);
        const bytes = Buffer.allocUnsafe(length);
        await readTo(bytes, offset);
        return bytes;
      },
      readInto: async (target, offset) => {
        checkRange(size, offset, target.length, path);
        await readTo(target, offset);
      },
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}
