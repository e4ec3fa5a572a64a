import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { temporaryFolder } from '@wheelwright/testing';
import { BuildLog } from './log.js';

const folder = await temporaryFolder('log');

it('keeps everything, and the last lines at hand', async () => {
  const log = new BuildLog(join(folder, 'logs', 'a.log'));
  const lines = Array.from({ length: 20_000 }, (_, i) => `line ${i}`);
  for (const line of lines) log.line(line);
  log.write(Buffer.from('no end\n\n'));
  log.close();
  expect(await readFile(log.path, 'utf8')).toBe(`${lines.join('\n')}\nno end\n\n`);
  expect(log.tail(3)).toEqual(['line 19998', 'line 19999', 'no end']);
});

it('cuts a line that is longer than all that is kept', () => {
  const log = new BuildLog(join(folder, 'b.log'));
  log.write(Buffer.alloc(1_000_000, 'x'));
  log.close();
  expect(log.tail()).toEqual(['x'.repeat(64 * 1024)]);
});

it('says at once that the disk is full', () => {
  const log = new BuildLog('/dev/full');
  expect(() => {
    log.line('x');
  }).toThrow(expect.objectContaining({ code: 'ENOSPC' }));
  log.close();
});
