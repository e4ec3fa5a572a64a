/** usage: deflate.mjs FILE: deflates a file in blocks on all cores, as a wheel is, and writes nothing: the floor. */
import { open } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { constants, deflateRaw } from 'node:zlib';

const deflate = promisify(deflateRaw);
const BLOCK = 1 << 20;
const file = await open(process.argv[2]);
const { size } = await file.stat();
let next = 0;

async function work() {
  const block = Buffer.alloc(BLOCK);
  while (next < size) {
    const at = next;
    next += BLOCK;
    const { bytesRead } = await file.read(block, 0, BLOCK, at);
    await deflate(block.subarray(0, bytesRead), {
      finishFlush: constants.Z_SYNC_FLUSH,
      chunkSize: BLOCK + 8192,
    });
  }
}

await Promise.all(Array.from({ length: 2 * availableParallelism() }, work));
await file.close();
