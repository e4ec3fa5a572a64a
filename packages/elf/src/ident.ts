import type { ByteSource } from './byte-source.js';
import type { BoundedReader } from './bounded-reader.js';
import type { Format } from './cursor.js';
import { ElfError } from './error.js';

const MAGIC = [0x7f, 0x45, 0x4c, 0x46] as const;

/** The size of `e_ident`, the part of the file header that is the same in every file. */
export const IDENT_SIZE = 16;

/** What `e_ident` says (gABI, "ELF Identification"). */
export interface Ident extends Format {
  readonly osabi: string;
}

/**
 * Whether a source begins with ELF's magic number; nothing else is looked at. Shorter than that is not ELF.
 * @public
 */
export async function isElf(source: ByteSource): Promise<boolean> {
  return source.size >= MAGIC.length && startsWithMagic(await source.read(0, MAGIC.length));
}

/** @throws ElfError `not-elf`, `truncated`, or `unsupported` for a class, byte order or version that nothing defines */
export async function readIdent(reader: BoundedReader): Promise<Ident> {
  const structure = 'e_ident';
  if (reader.size < MAGIC.length || !startsWithMagic(await reader.read(0, MAGIC.length, structure))) {
    throw new ElfError('not-elf', 'the file does not begin with the magic number of ELF', {
      offset: 0,
      structure,
      expected: '7f 45 4c 46',
    });
  }
  const [, , , , elfClass, data, version, osabi] = await reader.read(0, IDENT_SIZE, structure);
  const unsupported = (offset: number, field: string, value: unknown, expected: string): ElfError =>
    new ElfError('unsupported', `${field} is ${String(value)}`, { offset, structure, expected });
  if (elfClass !== 1 && elfClass !== 2)
    throw unsupported(4, 'EI_CLASS', elfClass, '1 (32 bit) or 2 (64 bit)');
  if (data !== 1 && data !== 2) throw unsupported(5, 'EI_DATA', data, '1 (little-endian) or 2 (big-endian)');
  if (version !== 1) throw unsupported(6, 'EI_VERSION', version, '1, the only version');
  return {
    class: elfClass === 1 ? 32 : 64,
    endian: data === 1 ? 'little' : 'big',
    osabi: OSABI[osabi ?? 0] ?? `unknown (0x${(osabi ?? 0).toString(16)})`,
  };
}

function startsWithMagic(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, at) => bytes[at] === byte);
}

/** EI_OSABI by the registry that the gABI refers to. */
const OSABI: Readonly<Record<number, string>> = {
  0: 'sysv',
  1: 'hpux',
  2: 'netbsd',
  3: 'gnu',
  6: 'solaris',
  7: 'aix',
  8: 'irix',
  9: 'freebsd',
  10: 'tru64',
  11: 'modesto',
  12: 'openbsd',
  13: 'openvms',
  14: 'nsk',
  15: 'aros',
  16: 'fenixos',
  17: 'cloudabi',
  51: 'cuda',
  64: 'arm-aeabi',
  97: 'arm',
  255: 'standalone',
};
