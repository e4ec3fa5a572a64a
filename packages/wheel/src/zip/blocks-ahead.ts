import { BLOCK_SIZE } from './block-memory.js';
import type { ZipInput } from './zip-writer.js';

/** How many small members are read before their turn, and how many bytes of them are held at most. */
const AHEAD = { members: 48, bytes: 4 * BLOCK_SIZE };

/**
 * The same members; those of one block are read while the ones before them are written. A small file costs five calls
 * to the system, each a trip to another thread: one after the other, a folder of headers would leave all but one
 * processor idle. Their order stays, and each one is read once.
 */
export function blocksAhead(inputs: readonly ZipInput[]): readonly ZipInput[] {
  const read = new Map<ZipInput, Promise<readonly Uint8Array[]>>();
  let next = 0;
  let held = 0;
  const ahead = (): void => {
    for (; next < inputs.length && read.size < AHEAD.members && held < AHEAD.bytes; next += 1) {
      const input = inputs[next];
      if (input === undefined || input.size > BLOCK_SIZE) continue;
      held += input.size;
      const whole = collect(input.blocks());
      // A failure is met when the member's turn comes; until then it must not count as unhandled.
      whole.catch(() => undefined);
      read.set(input, whole);
    }
  };
  return inputs.map((input, index) => ({
    ...input,
    blocks: async function* (take): AsyncGenerator<Uint8Array, void, undefined> {
      next = Math.max(next, index);
      ahead();
      const whole = read.get(input);
      if (whole === undefined) {
        yield* input.blocks(take);
        return;
      }
      read.delete(input);
      held -= input.size;
      yield* await whole;
    },
  }));
}

async function collect(blocks: AsyncIterable<Uint8Array>): Promise<readonly Uint8Array[]> {
  const all: Uint8Array[] = [];
  for await (const block of blocks) all.push(block);
  return all;
}
