import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';

/** The sha256 of a file, taken while it is written from its beginning to its end. */
export interface WrittenDigest {
  /** The bytes that go into the file next. */
  readonly take: (bytes: Uint8Array) => void;
  /** So many bytes are in the file now. */
  readonly reach: (end: number) => void;
  /** The digest in lower-case hex, once the last byte was taken and reached. */
  result(): Promise<string>;
  /** Ends what still reads the file: before it is closed. */
  close(): Promise<void>;
}

/** Below this size a thread costs more than it brings. */
const worthAThread = 32 * 1024 * 1024;
const readSize = 1024 * 1024;

/**
 * Begins a digest. Of a large file it's taken by a thread of its own, which reads behind the writer what lies in the page
 * cache still: the writer's thread has the network to listen to.
 * @param size - how many bytes the file will have
 * @param begun - how many it has already
 */
export async function digestWhileWriting(
  handle: FileHandle,
  size: number,
  begun: number,
): Promise<WrittenDigest> {
  if (size >= worthAThread) return digestBehind(handle, size, begun);
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(Math.min(begun, readSize));
  for (let position = 0; position < begun; ) {
    const length = Math.min(buffer.length, begun - position);
    const { bytesRead } = await handle.read(buffer, 0, length, position);
    if (bytesRead === 0) throw new Error(`the file ended at byte ${position} of ${begun}`);
    hash.update(buffer.subarray(0, bytesRead));
    position += bytesRead;
  }
  return {
    take: (bytes) => hash.update(bytes),
    reach: () => undefined,
    result: () => Promise.resolve(hash.digest('hex')),
    close: () => Promise.resolve(),
  };
}

function digestBehind(handle: FileHandle, size: number, begun: number): WrittenDigest {
  const worker = new Worker(`(${readBehind.toString()})()`, {
    eval: true,
    workerData: { descriptor: handle.fd, size, readSize } satisfies Work,
  });
  const result = new Promise<string>((resolve, reject) => {
    worker.once('message', resolve).once('error', reject);
    worker.once('exit', () => {
      reject(new Error('the thread that takes a digest ended without one'));
    });
  });
  // It may fail before anybody asks for it.
  result.catch(() => undefined);
  worker.postMessage(begun);
  return {
    take: () => undefined,
    reach: (end) => {
      worker.postMessage(end);
    },
    result: () => result,
    close: async () => {
      await worker.terminate();
    },
  };
}

/** What the thread is told when it starts. */
interface Work {
  readonly descriptor: number;
  readonly size: number;
  readonly readSize: number;
}

/**
 * What the thread does. It gets there as text, wherever a bundler puts it, and so knows nothing of this file. Each
 * message says how many bytes there are to be read; the digest of all is its only answer.
 */
async function readBehind(): Promise<void> {
  const { createHash } = await import('node:crypto');
  const { readSync } = await import('node:fs');
  const thread = await import('node:worker_threads');
  const { descriptor, size, readSize } = thread.workerData as Work;
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafeSlow(readSize);
  let position = 0;
  thread.parentPort?.on('message', (end: number) => {
    while (position < end) {
      const bytesRead = readSync(descriptor, buffer, 0, Math.min(readSize, end - position), position);
      if (bytesRead === 0) throw new Error(`the file ended at byte ${position} of ${end}`);
      hash.update(buffer.subarray(0, bytesRead));
      position += bytesRead;
    }
    if (position < size) return;
    thread.parentPort?.postMessage(hash.digest('hex'));
    thread.parentPort?.close();
  });
}
