import { describe, expect, it } from '@jest/globals';
import { bufferSource } from '@wheelwright/elf';
import { buildElf, rawZip, type RawMember } from '@wheelwright/testing';
import { auditElfFile, auditFolder, auditWheel, type Verdict } from './index.js';

const intel = buildElf({ needed: ['libc.so.6'], versionNeeds: { 'libc.so.6': ['GLIBC_2.34'] } });
const arm = buildElf({ machine: 'aarch64', needed: ['libc.so.6'] });

const metadata: RawMember = {
  name: 'w-1.0.dist-info/WHEEL',
  content: 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: false\nTag: py3-none-any\n',
};

function audit(
  members: readonly RawMember[],
  record: string | undefined,
  name = 'w-1.0-py3-none-any.whl',
): Promise<Verdict> {
  const all = [
    ...members,
    metadata,
    ...(record === undefined ? [] : [{ name: 'w-1.0.dist-info/RECORD', content: record }]),
  ];
  return auditWheel(bufferSource(rawZip(all)), { path: `dist/${name}` });
}

describe('auditWheel', () => {
  const members = [
    { name: 'intel.so', content: intel },
    { name: 'arm.so', content: arm },
  ];

  it.each([
    ['the order of RECORD', 'arm.so,,\nintel.so,,\n', ['arm.so', 'intel.so']],
    ['files that RECORD hides, behind the others', 'arm.so,,\n', ['arm.so', 'intel.so']],
    ['the order of the archive without RECORD', undefined, ['intel.so', 'arm.so']],
    ['the order of the archive where RECORD is broken', 'one,two,three,four\n', ['intel.so', 'arm.so']],
  ])('judges in %s', async (_, record, order) => {
    const { files, platform } = await audit(members, record);
    expect(files.map(({ path }) => path)).toEqual(order);
    expect(platform).toBe(order[0] === 'arm.so' ? 'manylinux_2_17_aarch64' : 'manylinux_2_34_x86_64');
  });

  it('passes over what only begins like ELF, and over Python sources', async () => {
    const { pure } = await audit(
      [
        { name: 'magic.bin', content: '\x7fELF' },
        { name: 'source.py', content: intel },
      ],
      '',
    );
    expect(pure).toBe(true);
  });

  it('names the member that is broken', async () => {
    const broken = audit([{ name: 'pkg/cut.so', content: intel.subarray(0, 200) }], '');
    await expect(broken).rejects.toMatchObject({
      name: 'ElfError',
      code: 'truncated',
      message: /^pkg\/cut\.so: /,
    });
  });

  it('takes the claims from the name', async () => {
    const name = 'w-1.0-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl';
    const { claimed, conforms } = await audit(members, '', name);
    expect(claimed).toEqual(expect.arrayContaining(['manylinux2014_x86_64', 'manylinux_2_17_x86_64']));
    expect(conforms).toBe(false);
  });
});

describe('auditElfFile', () => {
  it('judges one file, whose libraries nobody brings', async () => {
    const bytes = buildElf({ needed: ['libq.so'], runpath: '$ORIGIN' });
    const verdict = await auditElfFile(bufferSource(bytes), { path: 'build/a.so' });
    expect(verdict).toMatchObject({
      kind: 'file',
      platform: 'linux_x86_64',
      platformBySymbols: 'manylinux_2_5_x86_64',
    });
    expect(verdict.offences[0]).toMatchObject({ library: 'libq.so', file: 'build/a.so' });
  });

  it('refuses what is no ELF file', async () => {
    const source = bufferSource(Buffer.from('#!/bin/sh\n'));
    await expect(auditElfFile(source, { path: 'script' })).rejects.toMatchObject({ code: 'not-elf' });
  });
});

describe('auditFolder', () => {
  it('lets files find one another', async () => {
    const verdict = await auditFolder([
      { path: 'a.so', source: bufferSource(buildElf({ needed: ['libq.so'], runpath: '$ORIGIN/lib' })) },
      { path: 'lib/libq.so', source: bufferSource(buildElf()) },
      { path: 'notes.txt', source: bufferSource(Buffer.from('x'.repeat(100))) },
    ]);
    expect(verdict).toMatchObject({ kind: 'folder', platform: 'manylinux_2_5_x86_64', claimed: [] });
    expect(verdict.files.map(({ path }) => path)).toEqual(['a.so', 'lib/libq.so']);
  });
});
