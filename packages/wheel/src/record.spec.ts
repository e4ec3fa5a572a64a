import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { python } from '@wheelwright/testing';
import fc from 'fast-check';
import { formatRecord, parseRecord, recordHash, type RecordRow } from './record.js';

const HASH = recordHash(createHash('sha256').update('x').digest());

describe('RECORD', () => {
  it('is written as the csv module reads it', async () => {
    const rows: RecordRow[] = [
      { path: 'pkg/__init__.py', hash: HASH, size: 0 },
      { path: 'pkg/with,comma.txt', hash: HASH, size: 12 },
      { path: 'pkg/with"quote.txt', hash: HASH, size: 9_007_199_254_740_991 },
      { path: 'pkg/größe.txt', hash: HASH, size: 1 },
      { path: 'pkg-1.0.dist-info/RECORD' },
    ];
    const script = 'import csv, io\nprint(json.dumps(list(csv.reader(io.StringIO(argv[0], newline="")))))';
    const read = await python<string[][]>(script, formatRecord(rows));
    expect(read).toEqual(rows.map(({ path, hash = '', size = '' }) => [path, hash, String(size)]));
  });

  it('comes back as it was written', () => {
    const path = fc.string({ unit: 'binary', minLength: 1 });
    const row = fc.record({ path, size: fc.nat(), hash: fc.constant(HASH) }, { requiredKeys: ['path'] });
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        expect(parseRecord(formatRecord(rows))).toEqual(rows);
      }),
    );
  });

  it('reads lines alike, whether a quote stands somewhere or not', () => {
    const read = (text: string): RecordRow[] | string => {
      try {
        return parseRecord(text);
      } catch (error) {
        return (error as Error).message.replace(/line \d+/, 'a line');
      }
    };
    const line = fc.constantFrom('a,,', `b,${HASH},1`, '', 'c', 'd,,,', ',,', `e,${HASH},x`);
    const text = fc
      .array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r')), { maxLength: 8 })
      .map((lines) => lines.flat().join(''));
    fc.assert(
      fc.property(text, (plain) => {
        const quoted = read(`${plain}\n"last",,`);
        const expected = read(plain);
        expect(quoted).toEqual(Array.isArray(expected) ? [...expected, { path: 'last' }] : expected);
      }),
    );
  });

  it('reads other line ends, quoted fields and a last line without an end', () => {
    expect(parseRecord(`a,${HASH},1\r\n"b,""c""",,\n\nd,,`)).toEqual([
      { path: 'a', hash: HASH, size: 1 },
      { path: 'b,"c"' },
      { path: 'd' },
    ]);
    expect(parseRecord('')).toEqual([]);
  });

  it.each([
    ['a,b', 'line 1: has 2 fields'],
    [`a,${HASH},1\nb,${HASH},1,2`, 'line 2: has 4 fields'],
    [',,', 'line 1: names no file'],
    ['a,deadbeef,1', '"deadbeef" for a hash'],
    [`a,${HASH},-1`, '"-1" for a size'],
    [`a,${HASH},1e3`, '"1e3" for a size'],
    [`a,${HASH},99999999999999999999`, 'for a size'],
    ['"a,,\n', 'is not CSV'],
    ['"a"b,,', 'is not CSV'],
    ['a"b,,', 'is not CSV'],
    ['"a\nb",,\nc', 'line 3: has 1 fields'],
  ])('refuses %j', (text, reason) => {
    expect(() => parseRecord(text)).toThrow(
      expect.objectContaining({ code: 'bad-record', message: expect.stringContaining(reason) }),
    );
  });

  it('reads a long field without recursion', () => {
    const path = 'x"'.repeat(1_000_000);
    expect(parseRecord(formatRecord([{ path }]))).toEqual([{ path }]);
  });
});
