import type { BrokenKind } from './broken-wheel.js';
import type { RawMember } from './raw-zip.js';
import type { WheelChange } from './sound-wheel.js';

/** Changes the first member, `ops/__init__.py`. */
const first = (change: Partial<RawMember>): WheelChange => ({
  members: ([member, ...others]) => (member === undefined ? [] : [{ ...member, ...change }, ...others]),
});

const zip64 = (...values: number[]): Buffer => {
  const extra = Buffer.alloc(4 + 8 * values.length);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(8 * values.length, 2);
  values.forEach((value, index) => extra.writeBigUInt64LE(BigInt(value), 4 + 8 * index));
  return extra;
};

/** A tar header's checksum in the place of a name, so that the file is a tar archive too. */
function alsoTar(wheel: Buffer): Buffer {
  const bytes = Buffer.from(wheel);
  bytes.fill(0x20, 148, 156);
  const sum = bytes.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return bytes;
}

const END = 22;
const ZEROS = Buffer.alloc(1 << 20);

/** Archives that break the rules of APPNOTE.TXT, or those that the public index has beyond it. */
export const BROKEN_ARCHIVES: readonly BrokenKind[] = [
  ['not-a-zip', 'a text', { bytes: () => Buffer.from('not a wheel at all') }],
  ['not-a-zip', 'nothing', { bytes: () => Buffer.alloc(0) }],
  ['not-a-zip', 'cut short', { bytes: (wheel) => wheel.subarray(0, wheel.length - END) }],
  ['bad-end-record', 'a count that is too large', { end: { count: 99 } }],
  ['bad-end-record', 'a count that hides the last member', { end: { count: 4 } }],
  ['bad-end-record', 'a directory past the end', { end: { offset: 0xfffffff0 } }],
  [
    'bad-end-record',
    'a comment that ends behind the file',
    { bytes: (wheel) => Buffer.concat([wheel.subarray(0, -2), Buffer.from([9, 0])]) },
    ['archive-comment'],
  ],
  ['bad-end-record', 'a ZIP64 record that contradicts', { end: { zip64: { offset: 3 } } }],
  [
    'bad-central-directory',
    'a header without its signature',
    {
      bytes: (wheel) => {
        const bytes = Buffer.from(wheel);
        bytes[bytes.lastIndexOf('PK\x01\x02')] = 0;
        return bytes;
      },
    },
    ['bad-end-record', 'record-missing', 'stray-bytes'],
  ],
  ['trailing-data', 'bytes behind the end', { bytes: (wheel) => Buffer.concat([wheel, Buffer.from('x')]) }],
  [
    'stray-bytes',
    'bytes between members',
    {
      members: (all) =>
        all.map((member, index) => (index === 1 ? { ...member, before: Buffer.from('hidden') } : member)),
    },
  ],
  ['stray-bytes', 'bytes before the first member', first({ before: Buffer.from('#!/bin/sh\n') })],
  [
    'stray-bytes',
    'bytes before the directory',
    {
      members: (all) =>
        all.map((member, index) =>
          index === all.length - 1 ? { ...member, behind: Buffer.from('hidden') } : member,
        ),
    },
  ],
  ['archive-comment', 'a comment', { end: { comment: 'hello' } }],
  [
    'also-a-tar',
    'a tar checksum in the content',
    {
      files: [],
      members: ([member, ...others]) => [
        { ...member, name: 'ops/__init__.py', method: 0, content: '#'.repeat(600) },
        ...others,
      ],
      record: (text) => text,
      bytes: alsoTar,
    },
    ['crc-mismatch', 'record-size-mismatch'],
  ],
  ['zip64-end-record-size', 'extensible data', { end: { zip64: { recordSize: 60 } } }],
  ['malformed-extra', 'an extra that is cut short', first({ extra: Buffer.from([1, 0, 99, 0]) })],
  [
    'malformed-extra',
    'a ZIP64 extra of an unknown length',
    first({ extra: Buffer.from([1, 0, 4, 0, 0, 0, 0, 0]) }),
  ],
  ['duplicate-extra', 'two ZIP64 extras', first({ extra: Buffer.concat([zip64(1, 1), zip64(1, 1)]) })],
  [
    'zip64-extra-missing',
    'sizes that are nowhere',
    first({ local: { size: 0xffffffff } }),
    ['header-mismatch'],
  ],
  ['zip64-extra-form', 'one size of a compressed member', first({ local: { extra: zip64(25) } })],
  ['member-comment', 'a comment in the directory', first({ comment: 'hello' })],
  [
    'data-descriptor',
    'sizes behind the data',
    first({ flags: 8, local: { flags: 8, crc32: 0, size: 0, compressedSize: 0 }, behind: Buffer.alloc(16) }),
  ],
  ['data-descriptor', 'only by the local header', first({ local: { flags: 8 } })],
  ['header-mismatch', 'another local name', first({ local: { name: 'ops/__main__.py' } })],
  ['header-mismatch', 'another local size', first({ local: { size: 1 } })],
  ['header-mismatch', 'another local compressed size', first({ local: { compressedSize: 1 } })],
  ['header-mismatch', 'another local CRC', first({ local: { crc32: 1 } })],
  ['header-mismatch', 'another local method', first({ local: { method: 0 } })],
  ['local-header-missing', 'an offset into the content', first({ offset: 5 })],
  ['out-of-bounds', 'an offset past the end', first({ offset: 0x7fffffff })],
  ['out-of-bounds', 'data past the directory', first({ compressedSize: 1 << 20 })],
  [
    'overlapping-members',
    'two members in the same bytes',
    {
      members: ([one, two, ...others]) => [
        { ...one, name: 'ops/__init__.py' },
        { ...two, name: 'ops-1.0.dist-info/METADATA' },
        { ...one, name: 'ops/__init_2.py', offset: 0, local: {} },
        ...others,
      ],
    },
    ['header-mismatch', 'record-unlisted-member', 'stray-bytes', 'dist-info-not-last'],
  ],
  ['unsupported-method', 'bzip2', first({ method: 12, data: Buffer.from('BZh') })],
  ['encrypted-member', 'encryption', first({ flags: 1 })],
  [
    'expansion-bomb',
    'much from nearly nothing',
    { files: Array.from({ length: 80 }, (_, index) => ({ name: `ops/${index}.bin`, content: ZEROS })) },
  ],
  ['bad-deflate-stream', 'no deflate stream', first({ data: Buffer.from([0xff, 0xff, 0xff]) })],
  ['size-mismatch', 'more content than declared', first({ size: 5 }), ['record-size-mismatch']],
  ['size-mismatch', 'less content than declared', first({ size: 500 }), ['record-size-mismatch']],
  ['size-mismatch', 'a stored member of two sizes', first({ method: 0, size: 5 }), ['record-size-mismatch']],
  ['crc-mismatch', 'another CRC', first({ crc32: 1 })],
];
