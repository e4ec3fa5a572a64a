import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { python, temporaryFolder } from '@wheelwright/testing';
import { openFile } from '../byte-source.js';
import { openWheel } from '../wheel.js';
import { type ArchiveEntry, centralHeader, endRecords, localHeader, localHeaderLength } from './header.js';

const FIVE_GIB = 5 * 2 ** 30;
const TEXT = Buffer.from('behind four gibibytes');
const folder = await temporaryFolder('zip64');
const path = join(folder, 'large.zip');

function entry(name: string, size: number, offset: number, crc: number): ArchiveEntry {
  const modified = { date: 0x21, time: 0 };
  return { name, mode: 0o644, method: 0, modified, crc32: crc, size, compressedSize: size, offset };
}

// A hole of 5 GiB makes a true ZIP64 archive that takes no room on disk.
const large = entry('large.bin', FIVE_GIB, 0, 0);
const far = entry('far.txt', TEXT.length, localHeaderLength('large.bin', FIVE_GIB) + FIVE_GIB, crc32(TEXT));

beforeAll(async () => {
  const file = await open(path, 'w');
  const directory = Buffer.concat([centralHeader(large), centralHeader(far)]);
  const offset = far.offset + localHeaderLength(far.name, far.size) + far.size;
  const end = endRecords({ count: 2, offset, size: directory.length });
  await file.write(localHeader(large), 0, undefined, 0);
  const tail = Buffer.concat([localHeader(far), TEXT, directory, end]);
  await file.write(tail, 0, undefined, far.offset);
  await file.close();
});

describe('ZIP64', () => {
  it('is read by Python', async () => {
    const script = `import zipfile
z = zipfile.ZipFile(argv[0])
rows = [[i.filename, i.file_size, i.compress_size, i.header_offset, i.extract_version] for i in z.infolist()]
print(json.dumps([rows, z.read('far.txt').decode(), z.open('large.bin').read(10).hex()]))`;
    expect(await python(script, path)).toEqual([
      [
        ['large.bin', FIVE_GIB, FIVE_GIB, 0, 45],
        ['far.txt', TEXT.length, TEXT.length, far.offset, 45],
      ],
      TEXT.toString(),
      '00'.repeat(10),
    ]);
  });

  it('is read by us', async () => {
    const file = await openFile(path);
    const [first, second] = (await openWheel(file)).members;
    expect(Buffer.from(await first!.source().read(FIVE_GIB - 3, 3))).toEqual(Buffer.alloc(3));
    expect(Buffer.from(await second!.bytes(100))).toEqual(TEXT);
    await file.close();
  });

  it('has both sizes in the local header, and in the directory only what is too large', () => {
    expect(localHeader(large).subarray(-20).toString('hex')).toBe(`01001000${'0000004001000000'.repeat(2)}`);
    expect(localHeader(far)).toHaveLength(30 + far.name.length);
    expect(centralHeader(large).readUInt16LE(30)).toBe(20);
    expect(centralHeader(far).readUInt16LE(30)).toBe(12);
  });

  it.each([
    [0xfffffffe, 0xfffe, 22],
    [0xffffffff, 1, 98],
    [0, 0xffff, 98],
  ])('for a directory at %d with %d members takes %d bytes at the end', (offset, count, length) => {
    const records = endRecords({ count, offset, size: 100 });
    expect(records).toHaveLength(length);
    if (length > 22) expect(records.readBigUInt64LE(4)).toBe(44n);
  });

  it('is absent one byte below its limit', () => {
    const small = entry('a', 0xfffffffe, 0xfffffffe, 0);
    expect([localHeader(small).length, centralHeader(small).length]).toEqual([31, 47]);
    expect(localHeader(entry('a', 0xffffffff, 0, 0))).toHaveLength(51);
    expect(centralHeader(entry('a', 1, 0xffffffff, 0))).toHaveLength(59);
  });
});
