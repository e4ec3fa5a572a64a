import { constants } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { type ByteSource, readInto } from './byte-source.js';
import { quoted, systemCode, WheelError } from './error.js';
import { fileError } from './system-error.js';
import { BLOCK_SIZE, type TakeBlock } from './zip/block-memory.js';
import type { ZipInput } from './zip/zip-writer.js';

/** A file that goes into a wheel: its path there, and its bytes, where they are on disk, or what they are read from. */
export interface WheelInput {
  /** The path in the archive, with `/`; for licenses and SBOMs, the path in their folder. */
  readonly name: string;
  /** Mode 755, for programs and scripts; 644 otherwise, whatever the file on disk says. */
  readonly executable?: boolean;
  readonly content: Uint8Array | { readonly path: string } | { readonly source: ByteSource };
}

/** What is compared to tell that a file was written to while it was read. */
interface Fingerprint {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
}

/**
 * Looks at an input before anything is written. A path must be a regular file: symbolic links aren't followed,
 * because where they may lead is for the caller to decide. Throws `not-found`, `not-a-regular-file`, `io`.
 */
export async function prepareInput(input: WheelInput): Promise<ZipInput> {
  const { name, content } = input;
  const mode = input.executable === true ? 0o755 : 0o644;
  if ('source' in content) {
    const { source } = content;
    return { name, mode, size: source.size, blocks: (take) => sourceBlocks(source, take) };
  }
  if (!('path' in content)) {
    return { name, mode, size: content.length, blocks: () => memoryBlocks(content) };
  }
  const stats = await lstat(content.path, { bigint: true }).catch((error: unknown) => {
    throw fileError(error, 'reading', content.path);
  });
  if (!stats.isFile()) {
    const what = stats.isSymbolicLink()
      ? 'a symbolic link'
      : stats.isDirectory()
        ? 'a folder'
        : 'a special file';
    throw new WheelError('not-a-regular-file', `${content.path} is ${what}, not a regular file`, {
      member: name,
      hint: 'A wheel holds regular files: give the path of the file itself.',
    });
  }
  return {
    name,
    mode,
    size: Number(stats.size),
    blocks: (take) => fileBlocks(name, content.path, stats, take),
  };
}

// eslint-disable-next-line @typescript-eslint/require-await -- it stands beside the blocks of a file
async function* memoryBlocks(content: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < content.length; at += BLOCK_SIZE) yield content.subarray(at, at + BLOCK_SIZE);
}

const newBlock: TakeBlock = (length) => Buffer.allocUnsafeSlow(length);

async function* sourceBlocks(
  source: ByteSource,
  take: TakeBlock = newBlock,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < source.size; at += BLOCK_SIZE) {
    const block = take(Math.min(BLOCK_SIZE, source.size - at));
    await readInto(source, block, at);
    yield block;
  }
}

async function* fileBlocks(
  name: string,
  path: string,
  expected: Fingerprint,
  take: TakeBlock = newBlock,
): AsyncGenerator<Uint8Array, void, undefined> {
  // Should the path have become a pipe or a link meanwhile, it's neither waited for nor followed.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  let file: FileHandle | undefined;
  try {
    file = await open(path, flags).catch((error: unknown) => {
      const gone = ['ENOENT', 'ELOOP', 'ENXIO'].includes(systemCode(error) ?? '');
      throw gone ? changed(name, path, error) : fileError(error, 'reading', path);
    });
    if (!(await unchanged(file, expected))) throw changed(name, path);
    const size = Number(expected.size);
    for (let at = 0; at < size; at += BLOCK_SIZE) {
      const block = take(Math.min(BLOCK_SIZE, size - at));
      if ((await fill(file, block, at)) < block.length) throw changed(name, path);
      // Asked before the last block is handed on: after it nobody comes back for more.
      if (at + block.length === size && !(await unchanged(file, expected))) throw changed(name, path);
      yield block;
    }
  } catch (error) {
    throw fileError(error, 'reading', path);
  } finally {
    await file?.close();
  }
}

async function fill(file: FileHandle, block: Uint8Array, position: number): Promise<number> {
  let done = 0;
  while (done < block.length) {
    const { bytesRead } = await file.read(block, done, block.length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}

async function unchanged(file: FileHandle, expected: Fingerprint): Promise<boolean> {
  const { dev, ino, size, mtimeNs } = await file.stat({ bigint: true });
  return (
    dev === expected.dev && ino === expected.ino && size === expected.size && mtimeNs === expected.mtimeNs
  );
}

function changed(name: string, path: string, cause?: unknown): WheelError {
  return new WheelError('input-changed', `${path} changed while it was read for ${quoted(name)}`, {
    member: name,
    hint: 'Is a build still writing it? Run again when it has finished.',
    cause,
  });
}
