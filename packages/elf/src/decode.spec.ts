import { describe, expect, it } from '@jest/globals';
import { buildElf } from '@wheelwright/testing';
import { decodeFileHeader, decodeProgramHeader } from './decode.js';

describe('the decoding that elfy does', () => {
  it('gives the fields of both headers', () => {
    const bytes = buildElf({ machine: 's390x', execStack: true });
    const header = decodeFileHeader(bytes.subarray(0, 64));
    expect(header).toMatchObject({ class: '64', endian: 'msb', phoff: 64, phentsize: 56, phnum: 3 });
    const stack = decodeProgramHeader(bytes.subarray(64 + 2 * 56, 64 + 3 * 56), header);
    expect(stack).toMatchObject({ offset: 0, filesz: 0, align: 16, flags: { r: true, w: true, x: true } });
  });

  it('turns what elfy throws into a typed error that keeps the cause', () => {
    const bytes = buildElf();
    const header = decodeFileHeader(bytes.subarray(0, 64));
    expect(() => decodeFileHeader(bytes.subarray(0, 40))).toThrow(
      expect.objectContaining({
        name: 'ElfError',
        code: 'malformed',
        structure: 'the ELF header',
        cause: expect.anything(),
      }),
    );
    expect(() => decodeProgramHeader(bytes.subarray(64, 80), header)).toThrow(
      expect.objectContaining({ code: 'malformed', structure: 'a program header' }),
    );
  });
});
