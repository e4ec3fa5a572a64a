import type { MessagePort } from 'node:worker_threads';

/**
 * What is posted to a closed port is taken from its owner, and dropped. Made when it's needed, and by the global name:
 * that takes 6 ms, and Node's module for threads as long again.
 */
let nowhere: MessagePort | undefined;

function closedPort(): MessagePort {
  const { port1 } = new MessageChannel();
  port1.close();
  return port1;
}

/** Smaller blocks may share Node's pool, and are no burden. */
const WORTHWHILE = 1 << 16;

/**
 * Gives the memory under bytes that nobody looks at any more back at once. Left to the garbage collector, which
 * counts what it can free in objects and not in bytes, a gigabyte that passes by leaves some 60 MiB of it standing.
 *
 * @param bytes - all views of the same memory are empty afterwards: the caller must be its only owner
 */
export function release(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer && buffer.byteLength >= WORTHWHILE)
    (nowhere ??= closedPort()).postMessage(undefined, [buffer]);
}
