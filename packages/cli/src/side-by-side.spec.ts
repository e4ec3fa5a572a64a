import { describe, expect, it } from '@jest/globals';
import { sideBySide } from './side-by-side.js';

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe('sideBySide', () => {
  it('gives results in the order of the items, never more under way than asked', async () => {
    let running = 0;
    let most = 0;
    const results = await sideBySide([5, 1, 3, 2], 2, async (item) => {
      most = Math.max(most, (running += 1));
      await turns(item);
      running -= 1;
      return item * 10;
    });
    expect({ results, most }).toEqual({ results: [50, 10, 30, 20], most: 2 });
  });

  it('throws the first failure in the order of the items, and begins nothing after one', async () => {
    const begun: number[] = [];
    const run = sideBySide([0, 1, 2, 3], 2, async (item) => {
      begun.push(item);
      await turns(item === 0 ? 5 : 1);
      throw new Error(`item ${item}`);
    });
    await expect(run).rejects.toThrow('item 0');
    expect(begun).toEqual([0, 1]);
  });

  it('needs no items', async () => {
    expect(await sideBySide([], 3, () => Promise.reject(new Error('never')))).toEqual([]);
  });
});
