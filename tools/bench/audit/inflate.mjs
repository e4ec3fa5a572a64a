/**
 * The floor under an audit: inflates the ELF members of a wheel and drops them. Two streams, chunks of 1 MiB, and
 * nothing else: `inflate.mjs WHEEL MEMBERS`, where MEMBERS is what `elf-members.py` prints.
 */
import { open } from 'node:fs/promises';
import { createInflateRaw } from 'node:zlib';

const PIECE = 1 << 18;
const file = await open(process.argv[2]);
const members = JSON.parse(process.argv[3]);

async function inflate([offset, compressedSize, size]) {
  const stream = createInflateRaw({ chunkSize: 1 << 20 });
  let done = 0;
  stream.on('data', (chunk) => {
    done += chunk.length;
  });
  const ended = new Promise((resolve, reject) => stream.on('end', resolve).on('error', reject));
  let written = Promise.resolve();
  for (let at = 0; at < compressedSize; at += PIECE) {
    const piece = Buffer.allocUnsafe(Math.min(PIECE, compressedSize - at));
    await file.read(piece, 0, piece.length, offset + at);
    await written;
    written = new Promise((resolve) => stream.write(piece, resolve));
  }
  stream.end();
  await ended;
  if (done !== size) throw new Error(`${done} bytes came of ${size}`);
}

async function stream() {
  for (let member = members.shift(); member !== undefined; member = members.shift()) await inflate(member);
}
await Promise.all([stream(), stream()]);
await file.close();
