import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { type RawMember, rawZip } from '@wheelwright/testing';
import fc from 'fast-check';
import { bufferSource } from './byte-source.js';
import { WheelError, type WheelErrorCode } from './error.js';
import { openWheel } from './wheel.js';

const CONTENT = 'some content, '.repeat(20);
const SOUND = rawZip([
  { name: 'pkg/__init__.py', content: CONTENT },
  { name: 'pkg/größe.txt', flags: 0x800, content: CONTENT, method: 0 },
  { name: 'pkg-1.0.dist-info/RECORD', content: '' },
]);

/** Opens an archive and reads everything in it, in each of the three ways. */
async function readAll(bytes: Uint8Array): Promise<string[]> {
  const wheel = await openWheel(bufferSource(bytes));
  const texts: string[] = [];
  for (const member of wheel.members) {
    const whole = Buffer.from(await member.bytes(1 << 20)).toString();
    const ranged = Buffer.from(await member.source().read(0, member.size)).toString();
    let streamed = '';
    for await (const chunk of (await member.stream()).setEncoding('utf8')) streamed += String(chunk);
    expect([ranged, streamed]).toEqual([whole, whole]);
    texts.push(whole);
  }
  return texts;
}

describe('opening a broken archive', () => {
  it.each<[WheelErrorCode, string, ...Parameters<typeof rawZip>]>([
    ['duplicate-name', 'two members of one name', [{ name: 'a' }, { name: 'a' }]],
    ['duplicate-name', 'a file that is a folder too', [{ name: 'a/b' }, { name: 'a-x' }, { name: 'a' }]],
    ['duplicate-name', 'a folder member beside a file', [{ name: 'a/', mode: 0o040755 }, { name: 'a' }]],
    ['unsafe-name', 'no name', [{ name: '' }]],
    ['unsafe-name', '..', [{ name: 'a/../../b' }]],
    ['unsafe-name', '.. at the end', [{ name: 'a/..' }]],
    ['unsafe-name', 'an absolute name', [{ name: '/etc/passwd' }]],
    ['unsafe-name', 'a backslash', [{ name: 'a\\b' }]],
    ['unsafe-name', 'a drive letter', [{ name: 'C:x' }]],
    ['unsafe-name', 'NUL', [{ name: 'a\u0000b' }]],
    ['unsafe-name', 'a line feed', [{ name: 'a\nb' }]],
    ['unsafe-name', 'an empty part', [{ name: 'a//b' }]],
    ['unsafe-name', 'a part that is a dot', [{ name: './a' }]],
    ['unsafe-name', 'bytes that are not UTF-8', [{ name: Uint8Array.of(0x61, 0xff), flags: 0x800 }]],
    ['unsafe-name', 'UTF-8 without its flag', [{ name: 'größe' }]],
    ['encrypted', 'encryption', [{ name: 'a', flags: 1 }]],
    ['encrypted', 'strong encryption', [{ name: 'a', flags: 0x41 }]],
    ['encrypted', 'strong encryption, not marked as encryption', [{ name: 'a', flags: 0x40 }]],
    ['not-a-regular-file', 'a symbolic link', [{ name: 'a', mode: 0o120777, content: '/etc/passwd' }]],
    ['not-a-regular-file', 'a device', [{ name: 'a', mode: 0o020644 }]],
    ['not-a-regular-file', 'a folder that has no slash', [{ name: 'a', mode: 0o040755 }]],
    ['unsupported-method', 'bzip2', [{ name: 'a', method: 12 }]],
    ['size-mismatch', 'a stored member of two sizes', [{ name: 'a', method: 0, content: 'abc', size: 4 }]],
    ['size-mismatch', 'a folder with content', [{ name: 'a/', mode: 0o040755, content: 'abc' }]],
    [
      'out-of-bounds',
      'compressed data past the end',
      [{ name: 'a', content: CONTENT, compressedSize: 1 << 20 }],
    ],
    ['out-of-bounds', 'a local header past the end', [{ name: 'a', offset: 0x7fffffff }]],
    ['out-of-bounds', 'data over the directory', [{ name: 'a', content: CONTENT, offset: 20 }]],
    ['overlapping-members', 'two members in the same bytes', [{ name: 'a' }, { name: 'b', offset: 0 }]],
    ['bad-archive', 'a hidden member', [{ name: 'a' }, { name: 'b' }], { count: 1 }],
    ['bad-archive', 'a member too many', [{ name: 'a' }], { count: 2 }],
    ['bad-archive', 'more members than bytes', [{ name: 'a' }], { count: 0xfffe }],
    ['bad-archive', 'a directory elsewhere', [{ name: 'a' }], { offset: 3 }],
    ['bad-archive', 'a directory of another size', [{ name: 'a' }], { size: 46 }],
    [
      'bad-archive',
      'a directory that counts for nobody',
      [{ name: 'a', comment: 'c'.repeat(60_000) }, { name: 'b' }],
      { count: 1 },
    ],
    ['bad-archive', 'a directory past the end', [{ name: 'a' }], { offset: 0xfffffff0 }],
    ['bad-archive', 'ZIP64 sizes that are not there', [{ name: 'a', size: 0xffffffff }]],
    ['bad-archive', 'a cut extra field', [{ name: 'a', extra: Uint8Array.of(1, 0, 99, 0) }]],
  ])('%s: %s', async (code, _, ...archive) => {
    await expect(readAll(rawZip(...archive))).rejects.toMatchObject({ name: 'WheelError', code });
  });

  it('bad-archive: bytes after the end', async () => {
    await expect(readAll(Buffer.concat([SOUND, Buffer.from('x')]))).rejects.toMatchObject({
      code: 'bad-archive',
    });
  });
});

describe('reading a broken member', () => {
  const deflated = deflateRawSync(CONTENT);
  it.each<[WheelErrorCode, string, Omit<RawMember, 'name'>]>([
    ['header-mismatch', 'another local name', { local: { name: 'b' } }],
    ['header-mismatch', 'another local method', { local: { method: 0 } }],
    ['header-mismatch', 'another local size', { local: { size: 1 } }],
    ['header-mismatch', 'another local CRC', { local: { crc32: 1 } }],
    ['header-mismatch', 'a locally encrypted member', { local: { flags: 1 } }],
    ['bad-archive', 'a cut local extra', { local: { extra: Uint8Array.of(1, 0, 99, 0) } }],
    ['size-mismatch', 'more bytes than declared', { size: CONTENT.length - 1 }],
    ['size-mismatch', 'fewer bytes than declared', { size: CONTENT.length + 1 }],
    ['crc-mismatch', 'another CRC', { crc32: 1 }],
    ['crc-mismatch', 'another CRC of a stored member', { crc32: 1, method: 0 }],
    ['bad-archive', 'no deflate stream', { data: Buffer.from('\u0007nonsense') }],
    ['bad-archive', 'a cut deflate stream', { data: deflated.subarray(0, -1) }],
    [
      'size-mismatch',
      'bytes behind the deflate stream',
      { data: Buffer.concat([deflated, Buffer.from('tail')]) },
    ],
  ])('%s: %s', async (code, _, member) => {
    const wheel = await openWheel(bufferSource(rawZip([{ name: 'a', content: CONTENT, ...member }])));
    await expect(wheel.members[0]!.bytes(1 << 20)).rejects.toMatchObject({ code, member: 'a' });
    const stream = async (): Promise<void> => {
      for await (const chunk of await wheel.members[0]!.stream()) expect(chunk).toBeDefined();
    };
    await expect(stream()).rejects.toMatchObject({ name: 'WheelError', code });
    if (member.method === 0) return; // A stored member is read by range without its CRC.
    const source = wheel.members[0]!.source();
    await expect(source.read(0, source.size)).rejects.toMatchObject({ code });
  });

  it('stops a bomb at its declared size', async () => {
    const data = deflateRawSync(Buffer.alloc(64 << 20));
    const wheel = await openWheel(bufferSource(rawZip([{ name: 'a', content: CONTENT, data }])));
    let given = 0;
    const act = async (): Promise<void> => {
      for await (const chunk of await wheel.members[0]!.stream()) given += (chunk as Buffer).length;
    };
    await expect(act()).rejects.toMatchObject({ code: 'size-mismatch' });
    expect(given).toBe(0);
  });
});

describe('damage of any kind', () => {
  it('is sound before', async () => {
    expect(await readAll(SOUND)).toEqual([CONTENT, CONTENT, '']);
  });

  it('gives a WheelError for an archive cut at every byte', async () => {
    for (let length = 0; length < SOUND.length; length += 1) {
      await expect(readAll(SOUND.subarray(0, length))).rejects.toBeInstanceOf(WheelError);
    }
  });

  it('gives a WheelError or the content for changed bytes', async () => {
    const change = fc.tuple(fc.nat(SOUND.length - 1), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const bytes = Buffer.from(SOUND);
        for (const [at, value] of changes) bytes[at] = value;
        const texts = await readAll(bytes).catch((error: unknown) => {
          expect(error).toBeInstanceOf(WheelError);
        });
        if (texts !== undefined) expect(texts.every((text) => text === CONTENT || text === '')).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
