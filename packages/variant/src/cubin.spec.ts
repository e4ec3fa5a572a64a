import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cubinToolkit } from './cubin.js';
import { ptxToolkit } from './ptx.js';

/** The first 64 bytes of the header of a cubin, as ptxas writes it. */
function header(version: number, { osabi = 0x33, machine = 190 } = {}): Buffer {
  const bytes = Buffer.alloc(64);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, osabi, 7]);
  bytes.writeUInt16LE(2, 16);
  bytes.writeUInt16LE(machine, 18);
  bytes.writeUInt32LE(version, 20);
  return bytes;
}

/** Beginnings of LZ4 blocks out of the published libmxnet.so of CUDA 10.2 and 11.2, and libbitsandbytes of 11.8. */
const compressed: [string, number, number][] = [
  ['a27f454c460201013307000100660200be006600010031401b01080022c0170800f50d1e051e0040', 10, 2],
  ['a27f454c460201013307000100660200be007000010032a07603080012720800f50d320532004000', 11, 2],
  ['a27f454c4602010133070001006e0100be00760001002128010700f50e003c053c00400038000000', 11, 8],
];

describe('the release that compiled a cubin', () => {
  it.each([
    [80, 8, 0],
    [102, 10, 2],
    [118, 11, 8],
    [124, 12, 4],
    [129, 12, 9],
  ])('is in its header: %i', (version, major, minor) => {
    expect(cubinToolkit(header(version), 0x11n)).toEqual({ major, minor });
  });

  it.each(compressed)('is in its header, which is compressed: %s', (hex, major, minor) => {
    expect(cubinToolkit(Buffer.from(hex, 'hex'), 0x2011n)).toEqual({ major, minor });
  });

  it.each<[string, Buffer, bigint]>([
    ['a cubin of the newer kind', header(1, { osabi: 0x41 }), 0x11n],
    ['one without a version', header(1), 0x11n],
    ['an impossible version', header(1 << 20), 0x11n],
    ['another machine', header(102, { machine: 62 }), 0x11n],
    ['no ELF file', Buffer.alloc(64, 0xcc), 0x11n],
    ['a cut header', header(102).subarray(0, 23), 0x11n],
    ['Zstandard', Buffer.from('28b52ffda0a0482b0000000000000000000000000000000000000000', 'hex'), 0x8011n],
    ['an LZ4 block that ends', Buffer.from('f0', 'hex'), 0x2011n],
    ['an LZ4 block that points before itself', Buffer.from('1041ff00000000000000', 'hex'), 0x2011n],
    ['an empty one', Buffer.alloc(0), 0x2011n],
  ])('is not told by %s', (_, code, flags) => {
    expect(cubinToolkit(code, flags)).toBeUndefined();
  });

  it('is never made of bytes that are none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(cubinToolkit(bytes, 0x2011n)).toBeUndefined();
      }),
    );
  });
});

describe('the release that speaks a PTX ISA', () => {
  it.each([
    [6, 0, '9.0'],
    [6, 2, '9.2'],
    [6, 3, '10.0'],
    [6, 5, '10.2'],
    [7, 0, '11.0'],
    [7, 8, '11.8'],
    [8, 0, '12.0'],
    [8, 5, '12.5'],
    [8, 7, '12.8'],
    [8, 8, '12.9'],
    [9, 0, '13.0'],
    [9, 2, '13.2'],
  ])('%i.%i is of CUDA %s', (major, minor, release) => {
    const found = ptxToolkit(major, minor);
    expect(`${found?.major}.${found?.minor}`).toBe(release);
  });

  it.each([
    [0, 0],
    [5, 0],
    [6, 6],
    [7, 9],
    [8, 9],
    [10, 0],
  ])('%i.%i is of none that is known', (major, minor) => {
    expect(ptxToolkit(major, minor)).toBeUndefined();
  });
});
