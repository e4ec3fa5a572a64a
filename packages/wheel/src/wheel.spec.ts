import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { oracle, rawZip, temporaryFolder } from '@wheelwright/testing';
import { ZipFile } from 'yazl';
import { bufferSource, type ByteSource, openFile } from './byte-source.js';
import { openWheel } from './wheel.js';

const folder = await temporaryFolder('read');
const TEXT = Buffer.from('print("hello")\n'.repeat(1000));

describe('openWheel', () => {
  it('reads what yazl wrote, streamed with data descriptors', async () => {
    const zip = new ZipFile();
    zip.addReadStream(Readable.from([TEXT]), 'pkg/größe.py', { mode: 0o100755 });
    zip.addBuffer(TEXT, 'pkg/stored.py', { compress: false, mode: 0o100644 });
    zip.addEmptyDirectory('pkg/empty/');
    zip.end();
    const wheel = await openWheel(bufferSource(await buffer(zip.outputStream)));
    expect(wheel.members.map(({ name, size, mode }) => [name, size, mode])).toEqual([
      ['pkg/größe.py', TEXT.length, 0o755],
      ['pkg/stored.py', TEXT.length, 0o644],
    ]);
    for (const member of wheel.members) {
      expect(Buffer.from(await member.bytes(TEXT.length)).equals(TEXT)).toBe(true);
      expect((await buffer(await member.stream())).equals(TEXT)).toBe(true);
      expect(Buffer.from(await member.source().read(15, 14)).toString()).toBe('print("hello")');
    }
  });

  it('reads what Python wrote, with ZIP64 extras forced on', async () => {
    const script = `import sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED) as z:
    for name in ('a.py', 'b.py'):
        with z.open(name, 'w', force_zip64=True) as f:
            f.write(b'x' * 100000)
    z.writestr(zipfile.ZipInfo('c.py'), b'')`;
    await oracle('python', ['-c', script, join(folder, 'x.zip')]);
    const file = await openFile(join(folder, 'x.zip'));
    const wheel = await openWheel(file);
    expect(wheel.members.map(({ name }) => name)).toEqual(['a.py', 'b.py', 'c.py']);
    const contents = await Promise.all(wheel.members.map((member) => member.bytes(1e6)));
    expect(contents.map(({ length }) => length)).toEqual([100_000, 100_000, 0]);
    await file.close();
  });

  it('refuses to inflate more than the caller allows', async () => {
    const wheel = await openWheel(bufferSource(rawZip([{ name: 'a', content: TEXT }])));
    await expect(wheel.members[0]!.bytes(TEXT.length - 1)).rejects.toMatchObject({
      code: 'too-large',
      member: 'a',
    });
  });

  it('reads a central directory of several pieces, whose headers they cut', async () => {
    const members = Array.from({ length: 40 }, (_, at) => ({
      name: `m${at}`,
      comment: 'c'.repeat(60_000 + at),
    }));
    const wheel = await openWheel(bufferSource(rawZip(members)));
    expect(wheel.members.map(({ name }) => name)).toEqual(members.map(({ name }) => name));
  });

  it('asks a slow source few questions', async () => {
    const members = Array.from({ length: 500 }, (_, index) => ({
      name: `pkg/module${index}.py`,
      content: TEXT,
    }));
    const counted = countedSource(rawZip(members));
    const wheel = await openWheel(counted.source);
    expect(wheel.members).toHaveLength(500);
    expect(counted.reads()).toBeLessThan(5);
  });

  it("passes on a source's own error as the cause", async () => {
    const reason = new Error('connection lost');
    const source: ByteSource = { size: 1000, read: () => Promise.reject(reason) };
    await expect(openWheel(source)).rejects.toMatchObject({ code: 'io', cause: reason });
    const short: ByteSource = { size: 1000, read: () => Promise.resolve(new Uint8Array(3)) };
    await expect(openWheel(short)).rejects.toMatchObject({ code: 'io' });
  });
});

describe('openFile', () => {
  it('reads ranges and refuses those outside', async () => {
    await writeFile(join(folder, 'x'), 'abcdef');
    const file = await openFile(join(folder, 'x'));
    expect(file.size).toBe(6);
    expect(Buffer.from(await file.read(2, 3)).toString()).toBe('cde');
    for (const [offset, length] of [
      [6, 1],
      [-1, 2],
      [0, 7],
      [0.5, 1],
      [0, Number.NaN],
    ] as const) {
      await expect(file.read(offset, length)).rejects.toMatchObject({ code: 'out-of-bounds' });
      await expect(bufferSource(Buffer.alloc(6)).read(offset, length)).rejects.toMatchObject({
        code: 'out-of-bounds',
      });
    }
    await writeFile(join(folder, 'x'), 'abc');
    await expect(file.read(2, 3)).rejects.toMatchObject({ code: 'input-changed' });
    await file.close();
    await expect(openFile(join(folder, 'y'))).rejects.toMatchObject({ code: 'not-found' });
    await expect(openFile(folder)).rejects.toMatchObject({ code: 'not-a-regular-file' });
  });
});

function countedSource(bytes: Buffer): { source: ByteSource; reads: () => number } {
  const inner = bufferSource(bytes);
  let reads = 0;
  const read = (offset: number, length: number): Promise<Uint8Array> => {
    reads += 1;
    return inner.read(offset, length);
  };
  return { source: { size: inner.size, read }, reads: () => reads };
}
