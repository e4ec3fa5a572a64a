import { createCipheriv } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { bufferSource } from '../byte-source.js';
import { openWheel } from '../wheel.js';
import { BLOCK_SIZE } from './block-memory.js';
import { type ZipInput, type ZipOutput, ZipWriter, type ZipWriterOptions } from './zip-writer.js';

/** Bytes that deflate makes longer: the same on every run. */
const RANDOM = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(
  Buffer.alloc(2_500_000),
);
const OPTIONS: ZipWriterOptions = {
  level: 6,
  concurrency: 2,
  modified: { date: 0x21, time: 0 },
  proceed: () => undefined,
  progress: () => undefined,
};

function input(name: string, content: Buffer, onBlock: () => void = () => undefined): ZipInput {
  // eslint-disable-next-line @typescript-eslint/require-await -- a file's blocks would be awaited
  async function* blocks(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < content.length; at += BLOCK_SIZE) {
      onBlock();
      yield content.subarray(at, at + BLOCK_SIZE);
    }
  }
  return { name, mode: 0o644, size: content.length, blocks };
}

/** An output that keeps what it's given. */
function memory(): ZipOutput & { bytes: Buffer } {
  const output = {
    bytes: Buffer.alloc(0),
    write: (bytes: Uint8Array, position: number): Promise<void> => {
      const grown = Buffer.alloc(Math.max(output.bytes.length, position + bytes.length));
      output.bytes.copy(grown);
      grown.set(bytes, position);
      output.bytes = grown;
      return Promise.resolve();
    },
    truncate: (length: number): Promise<void> => {
      output.bytes = output.bytes.subarray(0, length);
      return Promise.resolve();
    },
    flush: () => Promise.resolve(),
  };
  return output;
}

describe('ZipWriter', () => {
  it('leaves nothing of a deflated member that it stored in the end', async () => {
    const output = memory();
    const zip = new ZipWriter(output, OPTIONS);
    let blocks = 0;
    const counted = input('random', RANDOM, () => (blocks += 1));
    await zip.add(counted);
    expect(await zip.finish()).toBe(output.bytes.length);
    expect(blocks).toBe(6);
    const { members } = await openWheel(bufferSource(output.bytes));
    expect(members[0]!.compressedSize).toBe(RANDOM.length);
    expect(Buffer.compare(await members[0]!.bytes(1 << 22), RANDOM)).toBe(0);
  });

  it('reads what it deflates once', async () => {
    const output = memory();
    const zip = new ZipWriter(output, OPTIONS);
    let blocks = 0;
    await zip.add(input('zeros', Buffer.alloc(3 * BLOCK_SIZE), () => (blocks += 1)));
    await zip.finish();
    expect(blocks).toBe(3);
    expect(output.bytes.length).toBeLessThan(5000);
  });

  it('refuses content that is another one when it is read again', async () => {
    const content = Buffer.from(RANDOM);
    let blocks = 0;
    const changing = input('random', content, () => {
      blocks += 1;
      if (blocks === 4) content.writeUInt8(content.readUInt8(5) ^ 1, 5);
    });
    const zip = new ZipWriter(memory(), OPTIONS);
    const act = zip.add(changing).then(() => zip.finish());
    await expect(act).rejects.toMatchObject({ code: 'input-changed', member: 'random' });
  });

  it('stops when its output fails, and waits for what is in flight', async () => {
    const reason = new Error('no more');
    const output: ZipOutput = {
      write: () => Promise.reject(reason),
      truncate: () => Promise.resolve(),
      flush: () => Promise.resolve(),
    };
    const zip = new ZipWriter(output, OPTIONS);
    await expect(zip.add(input('zeros', Buffer.alloc(8 * BLOCK_SIZE)))).rejects.toBe(reason);
    await expect(zip.abandon()).resolves.toBeUndefined();
  });
});
