import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { buildElf, temporaryFolder } from '@wheelwright/testing';
import { bufferSource, inspectElf, isElf, openFile } from './index.js';

const folder = await temporaryFolder('byte-source');

describe('openFile', () => {
  it('reads any range, and the file reads as the buffer does', async () => {
    const bytes = buildElf({ soname: 'libfile.so' });
    const path = join(folder, 'library.so');
    await writeFile(path, bytes);
    const file = await openFile(path);
    try {
      expect(file.size).toBe(bytes.length);
      expect(await file.read(1, 3)).toEqual(Uint8Array.from([0x45, 0x4c, 0x46]));
      expect(await inspectElf(file)).toEqual(await inspectElf(bufferSource(bytes)));
    } finally {
      await file.close();
    }
  });

  it('fails where the file has become shorter', async () => {
    const path = join(folder, 'shrinking');
    await writeFile(path, 'twelve bytes');
    const file = await openFile(path);
    try {
      await truncate(path, 6);
      await expect(file.read(4, 4)).rejects.toMatchObject({
        name: 'ElfError',
        code: 'short-read',
        offset: 4,
      });
    } finally {
      await file.close();
    }
  });

  it("passes the system's errors on", async () => {
    await expect(openFile(join(folder, 'absent'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('bufferSource', () => {
  it('rejects what lies outside', async () => {
    await expect(bufferSource(new Uint8Array(4)).read(2, 3)).rejects.toMatchObject({ code: 'short-read' });
    await expect(bufferSource(new Uint8Array(4)).read(-1, 1)).rejects.toMatchObject({ code: 'short-read' });
  });
});

describe('isElf', () => {
  it.each([
    [[0x7f, 0x45, 0x4c, 0x46], true],
    [[0x7f, 0x45, 0x4c], false],
    [[], false],
    [[0x50, 0x4b, 3, 4, 0], false],
  ])('%j: %s', async (bytes, answer) => {
    expect(await isElf(bufferSource(Uint8Array.from(bytes)))).toBe(answer);
  });
});

describe('a source that gives too little', () => {
  it('is found out', async () => {
    const bytes = buildElf();
    const lying = {
      size: bytes.length,
      read: (offset: number) => Promise.resolve(bytes.subarray(offset, offset + 1)),
    };
    await expect(inspectElf(lying)).rejects.toMatchObject({ code: 'short-read' });
  });
});
