import { describe, expect, it } from '@jest/globals';
import type { WheelInput } from '../input.js';
import { type FolderPlatform, platformOfFiles } from './folder-platform.js';

const judged = (files: readonly WheelInput[]): Promise<string> => Promise.resolve(`elf${files.length}`);
const platform = (files: Record<string, Buffer>): Promise<FolderPlatform> =>
  platformOfFiles(
    Object.entries(files).map(([name, content]) => ({ name, content })),
    judged,
  );

function pe(machine: number): Buffer {
  const bytes = Buffer.alloc(0x90);
  bytes.write('MZ');
  bytes.writeUInt32LE(0x80, 0x3c);
  bytes.write('PE\0\0', 0x80);
  bytes.writeUInt16LE(machine, 0x84);
  return bytes;
}

const X86_64 = 0x01000007;
const ARM64 = 0x0100000c;

/** A 64-bit Mach-O file with one load command, which says the oldest macOS. */
function macho(
  cpu: number,
  minimum?: readonly [number, number],
  { build = true, applePlatform = 1 } = {},
): Buffer {
  const bytes = Buffer.alloc(32 + 24);
  bytes.writeUInt32LE(0xfeedfacf, 0);
  bytes.writeUInt32LE(cpu, 4);
  bytes.writeUInt32LE(1, 16);
  bytes.writeUInt32LE(24, 20);
  const packed = minimum === undefined ? 0 : (minimum[0] << 16) | (minimum[1] << 8);
  const command = minimum === undefined ? 0x1b : build ? 0x32 : 0x24;
  (build ? [command, 24, applePlatform, packed] : [command, 24, packed]).forEach((value, index) =>
    bytes.writeUInt32LE(value, 32 + 4 * index),
  );
  return bytes;
}

function fat(...slices: Buffer[]): Buffer {
  const table = Buffer.alloc(8 + 20 * slices.length);
  table.writeUInt32BE(0xcafebabe, 0);
  table.writeUInt32BE(slices.length, 4);
  let offset = table.length;
  slices.forEach((slice, index) => {
    table.writeUInt32BE(offset, 8 + 20 * index + 8);
    offset += slice.length;
  });
  return Buffer.concat([table, ...slices]);
}

const ELF = Buffer.from('\x7fELF and more');
const universal = fat(macho(X86_64, [10, 13]), macho(ARM64, [11, 0]));

describe('platformOfFiles', () => {
  it.each<[string, string, Record<string, Buffer>]>([
    ['any', 'no binaries', { 'ops/__init__.py': Buffer.from('x'), 'ops/empty': Buffer.alloc(0) }],
    ['win_amd64', 'PE', { 'ops/a.pyd': pe(0x8664), 'ops/b.dll': pe(0x8664) }],
    ['win32', 'PE', { 'ops/a.pyd': pe(0x14c) }],
    ['win_arm64', 'PE', { 'ops/a.pyd': pe(0xaa64) }],
    ['elf2', 'ELF, as the caller judges it', { 'ops/a.so': ELF, 'ops/b.so': ELF }],
    ['macosx_10_13_x86_64', 'the newest minimum', { a: macho(X86_64, [10, 9]), b: macho(X86_64, [10, 13]) }],
    ['macosx_10_12_x86_64', 'the older load command', { a: macho(X86_64, [10, 12], { build: false }) }],
    ['macosx_14_0_arm64', 'no minor versions since 11', { a: macho(ARM64, [14, 3]) }],
    ['macosx_11_0_arm64', 'the first macOS on arm64', { a: macho(ARM64, [10, 9]) }],
    ['macosx_10_13_universal2', 'a fat file', { a: universal }],
    ['macosx_12_0_arm64', 'what fat and thin files share', { a: universal, b: macho(ARM64, [12, 0]) }],
    ['any', 'a Java class', { 'A.class': Buffer.from('cafebabe00000041', 'hex') }],
    ['any', 'a text that begins with MZ', { 'a.txt': Buffer.from('MZ is a country code') }],
  ])('%s: %s', async (tag, _, files) => {
    expect(await platform(files)).toEqual({ tag, unjudged: [] });
  });

  it.each<[string, Record<string, Buffer>]>([
    ['two machines of Windows', { 'a.dll': pe(0x8664), 'b.dll': pe(0x14c) }],
    ['Linux and Windows', { 'a.so': ELF, 'b.dll': pe(0x8664) }],
    ['Linux and macOS', { 'a.so': ELF, 'b.dylib': universal }],
    ['two machines of macOS', { 'a.dylib': macho(X86_64, [10, 9]), 'b.dylib': macho(ARM64, [11, 0]) }],
  ])('refuses %s', async (_, files) => {
    await expect(platform(files)).rejects.toMatchObject({ code: 'mixed-platforms' });
  });

  it.each<[string, string, Record<string, Buffer>, string]>([
    ['any', 'an unknown machine', { 'a.dll': pe(0x1234) }, '0x1234'],
    [
      'any',
      'a DOS program',
      { 'a.exe': Buffer.concat([Buffer.from('MZ'), Buffer.alloc(100)]) },
      'DOS header',
    ],
    ['any', 'a cut PE file', { 'a.dll': pe(0x8664).subarray(0, 0x70) }, 'behind its end'],
    ['any', 'a cut Mach-O file', { a: macho(X86_64, [10, 9]).subarray(0, 40) }, 'cut short'],
    ['any', 'a fat file without its slices', { a: fat(ELF) }, 'no Mach-O header'],
    ['any', 'iOS', { a: macho(ARM64, [14, 0], { applePlatform: 2 }) }, 'platform 2'],
    ['macosx_10_9_x86_64', 'no minimum version', { a: macho(X86_64) }, 'no minimum version'],
  ])('%s, and says that it did not judge %s', async (tag, _, files, reason) => {
    const result = await platform(files);
    expect(result.tag).toBe(tag);
    expect(result.unjudged).toEqual([
      { name: Object.keys(files)[0], reason: expect.stringContaining(reason) as unknown },
    ]);
  });
});
