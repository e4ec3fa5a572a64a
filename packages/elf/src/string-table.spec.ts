import { describe, expect, it } from '@jest/globals';
import { BoundedReader } from './bounded-reader.js';
import { bufferSource } from './byte-source.js';
import { StringTable } from './string-table.js';

function table(bytes: Uint8Array): StringTable {
  return new StringTable(new BoundedReader(bufferSource(bytes)), 0, bytes.length, 'a table');
}

describe('StringTable', () => {
  it('reads strings in any order, also from the middle of another', async () => {
    const strings = table(Buffer.from('\0first\0second\0'));
    expect(await strings.read(7, 100)).toBe('second');
    expect(await strings.read(0, 100)).toBe('');
    expect(await strings.read(3, 100)).toBe('rst');
  });

  it('reads a string that is longer than its window', async () => {
    const long = 'x'.repeat(700_000);
    expect(await table(Buffer.from(`\0${long}\0`)).read(1, 1 << 20)).toBe(long);
  });

  it('reads the last string of a table that is larger than its window', async () => {
    const strings = table(Buffer.concat([Buffer.alloc(1_000_000, 'a\0'), Buffer.from('end\0')]));
    expect(await strings.read(1_000_000, 10)).toBe('end');
    expect(await strings.read(2, 10)).toBe('a');
  });

  it.each([
    ['an index beyond the table', 20, 'malformed'],
    ['a string without an end', 6, 'malformed'],
    ['a string beyond the limit', 0, 'too-large'],
  ])('%s', async (_, index, code) => {
    await expect(table(Buffer.from('12345\0no')).read(index, 4)).rejects.toMatchObject({
      code,
      structure: 'a table',
    });
  });

  it('refuses overlapping strings without end', async () => {
    const length = 200_000;
    const strings = table(Buffer.concat([Buffer.alloc(length, 'x'), Buffer.alloc(1)]));
    const readAll = async (): Promise<void> => {
      for (let index = 0; index < length; index++)
        if (strings.peek(index) === undefined) await strings.load(index, length);
    };
    await expect(readAll()).rejects.toMatchObject({ code: 'too-large' });
  });
});
