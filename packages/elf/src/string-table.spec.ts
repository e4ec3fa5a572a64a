import { describe, expect, it } from '@jest/globals';
import { BoundedReader } from './bounded-reader.js';
import { bufferSource } from './byte-source.js';
import { NamePass } from './name-pass.js';
import { StringTable } from './string-table.js';

function table(bytes: Uint8Array): StringTable {
  return new StringTable(new BoundedReader(bufferSource(bytes)), 0, bytes.length, 'a table');
}

async function texts(bytes: Uint8Array, indices: readonly number[], limit?: number): Promise<string[]> {
  const names = new NamePass();
  const wanted = indices.map((index) => names.want(index, limit));
  await names.run(table(bytes), () => undefined);
  return wanted.map((name) => names.text(name));
}

describe('the names of a string table', () => {
  it('come in the order in which they were asked for, also from the middle of another', async () => {
    const bytes = Buffer.from('\0first\0second\0');
    expect(await texts(bytes, [7, 0, 3, 1, 7])).toEqual(['second', '', 'rst', 'first', 'second']);
  });

  it('may be long', async () => {
    const long = 'x'.repeat(700_000);
    expect(await texts(Buffer.from(`\0${long}\0`), [1])).toEqual([long]);
  });

  it('may lie beyond the first window', async () => {
    const bytes = Buffer.concat([Buffer.alloc(3_000_000, 'a\0'), Buffer.from('end\0')]);
    expect(await texts(bytes, [3_000_000, 2])).toEqual(['end', 'a']);
  });

  it('are looked at without becoming text where they are only offered', async () => {
    const names = new NamePass();
    names.offerAll(Uint32Array.from([8, 1, 1]));
    const seen: string[] = [];
    await names.run(table(Buffer.from('\0first\0\0second\0')), (bytes) =>
      seen.push(Buffer.from(bytes).toString()),
    );
    expect(seen).toEqual(['first', 'second']);
  });

  it.each([
    ['an index beyond the table', 20, 'malformed'],
    ['a string without an end', 6, 'malformed'],
    ['a string beyond the limit', 0, 'too-large'],
  ])('%s', async (_, index, code) => {
    await expect(texts(Buffer.from('12345\0no'), [index], 4)).rejects.toMatchObject({
      code,
      structure: 'a table',
    });
  });

  it('are refused where they overlap without end', async () => {
    const bytes = Buffer.concat([Buffer.alloc(200_000, 'x'), Buffer.alloc(1)]);
    const indices = Array.from({ length: 200_000 }, (_, index) => index);
    await expect(texts(bytes, indices)).rejects.toMatchObject({ code: 'too-large' });
  });
});
