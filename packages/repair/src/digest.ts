import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

const BLOCK = 1 << 20;

/** The sha256 of a file, in hexadecimal. */
export async function sha256Of(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path);
  try {
    // While one block is hashed the next one is read.
    const blocks = [Buffer.allocUnsafeSlow(BLOCK), Buffer.allocUnsafeSlow(BLOCK)] as const;
    let [now, next] = blocks;
    let reading = file.read(now, 0, BLOCK);
    for (;;) {
      const { bytesRead } = await reading;
      signal?.throwIfAborted();
      if (bytesRead === 0) return hash.digest('hex');
      reading = file.read(next, 0, BLOCK);
      hash.update(now.subarray(0, bytesRead));
      [now, next] = [next, now];
    }
  } finally {
    await file.close();
  }
}
