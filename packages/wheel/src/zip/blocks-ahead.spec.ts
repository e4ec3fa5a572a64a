import { expect, it } from '@jest/globals';
import { BLOCK_SIZE } from './block-memory.js';
import { blocksAhead } from './blocks-ahead.js';
import type { ZipInput } from './zip-writer.js';

interface Counted {
  readonly inputs: readonly ZipInput[];
  /** The names in the order in which their blocks were asked for. */
  readonly asked: string[];
}

function counted(sizes: Readonly<Record<string, number>>, failing?: string): Counted {
  const asked: string[] = [];
  const inputs = Object.entries(sizes).map(([name, size]) => ({
    name,
    mode: 0o644,
    size,
    async *blocks(): AsyncGenerator<Uint8Array> {
      asked.push(name);
      await Promise.resolve();
      if (name === failing) throw new Error(`${name} cannot be read`);
      for (let at = 0; at < size; at += BLOCK_SIZE) yield Buffer.alloc(Math.min(BLOCK_SIZE, size - at), name);
    },
  }));
  return { inputs, asked };
}

async function contents(input: ZipInput | undefined): Promise<Buffer> {
  const blocks: Uint8Array[] = [];
  for await (const block of input?.blocks() ?? []) blocks.push(block);
  return Buffer.concat(blocks);
}

it('gives each member its own content, read once, and small ones before their turn', async () => {
  const { inputs, asked } = counted({ a: 3, b: 2 * BLOCK_SIZE + 1, c: 5, d: 0 });
  const [a, b, c, d] = blocksAhead(inputs);
  expect((await contents(a)).toString()).toBe('aaa');
  expect([...asked].sort()).toEqual(['a', 'c', 'd']);
  expect((await contents(b)).equals(Buffer.alloc(2 * BLOCK_SIZE + 1, 'b'))).toBe(true);
  expect([(await contents(c)).toString(), (await contents(d)).length]).toEqual(['ccccc', 0]);
  expect([...asked].sort()).toEqual(['a', 'b', 'c', 'd']);
});

it('holds few of many, and no more than some MiB of them', async () => {
  const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`m${index}`, 1]));
  const small = counted(many);
  await contents(blocksAhead(small.inputs)[0]);
  expect(small.asked.length).toBeLessThanOrEqual(64);
  const full = counted(Object.fromEntries(Object.keys(many).map((name) => [name, BLOCK_SIZE])));
  await contents(blocksAhead(full.inputs)[0]);
  expect(full.asked.length).toBeLessThanOrEqual(5);
});

it('reads a member anew that is asked for again', async () => {
  const { inputs, asked } = counted({ a: 3 });
  const [a] = blocksAhead(inputs);
  await contents(a);
  expect((await contents(a)).toString()).toBe('aaa');
  expect(asked).toEqual(['a', 'a']);
});

it('fails when the turn of the broken member comes, not before', async () => {
  const { inputs } = counted({ a: 1, b: 1, c: 1 }, 'b');
  const [a, b, c] = blocksAhead(inputs);
  expect((await contents(a)).toString()).toBe('a');
  await new Promise((resolve) => setImmediate(resolve));
  await expect(contents(b)).rejects.toThrow('b cannot be read');
  expect((await contents(c)).toString()).toBe('c');
});
