import { type ByteSource, readExactly } from '../byte-source.js';

/** One architecture of a Mach-O file. */
export interface MachOSlice {
  /** `x86_64`, `arm64` ... */
  readonly architecture: string;
  /** The oldest macOS that it runs on; absent where it doesn't say. */
  readonly minimum?: readonly [major: number, minor: number];
}

/** What a Mach-O file is for, or why that can't be said. */
export type MachOFacts = { readonly slices: readonly MachOSlice[] } | { readonly unjudged: string };

/** Magic numbers as they read in big endian (mach-o/loader.h, mach-o/fat.h). */
const FAT = new Set([0xcafebabe, 0xcafebabf]);
const THIN = new Set([0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe]);

const ARCHITECTURES: ReadonlyMap<number, string> = new Map([
  [0x01000007, 'x86_64'],
  [0x0100000c, 'arm64'],
  [0x00000007, 'i386'],
  [0x00000012, 'ppc'],
  [0x01000012, 'ppc64'],
]);

const LC_VERSION_MIN_MACOSX = 0x24;
const LC_BUILD_VERSION = 0x32;
const PLATFORM_MACOS = 1;
/** No file has more architectures; a Java class, which has the same magic number, has a version of 45 there. */
const MOST_SLICES = 16;
const LONGEST_COMMANDS = 1 << 20;

/** Whether a file that starts with this number, read in big endian, may be a Mach-O file. */
export function isMachO(magic: number): boolean {
  return FAT.has(magic) || THIN.has(magic);
}

/** Reads architectures and minimum versions of a Mach-O file, thin or fat; `undefined` for a Java class. */
export async function readMachO(source: ByteSource): Promise<MachOFacts | undefined> {
  const head = await part(source, 0, 8);
  if (head === undefined) return { unjudged: 'it ends within its Mach-O header' };
  const magic = head.readUInt32BE(0);
  if (!FAT.has(magic)) return asFacts([await readSlice(source, 0)]);
  const count = head.readUInt32BE(4);
  if (count > MOST_SLICES) return undefined;
  const large = magic === 0xcafebabf;
  const size = large ? 32 : 20;
  const table = await part(source, 8, count * size);
  if (table === undefined || count === 0)
    return { unjudged: `its table of ${count} architectures is cut short` };
  const slices: (MachOSlice | string)[] = [];
  for (let index = 0; index < count; index += 1) {
    const at = index * size + 8;
    const offset = large ? Number(table.readBigUInt64BE(at)) : table.readUInt32BE(at);
    slices.push(await readSlice(source, offset));
  }
  return asFacts(slices);
}

function asFacts(slices: readonly (MachOSlice | string)[]): MachOFacts {
  const wrong = slices.find((slice) => typeof slice === 'string');
  return wrong === undefined ? { slices: slices as MachOSlice[] } : { unjudged: wrong };
}

/** One architecture's header and load commands, or what is wrong with them. */
async function readSlice(source: ByteSource, start: number): Promise<MachOSlice | string> {
  const head = await part(source, start, 32);
  const magic = head?.readUInt32BE(0) ?? 0;
  if (head === undefined || !THIN.has(magic)) return `no Mach-O header lies at ${start}`;
  const little = magic === 0xcefaedfe || magic === 0xcffaedfe;
  const u32 = (bytes: Buffer, at: number): number =>
    little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
  const cpu = u32(head, 4);
  const architecture = ARCHITECTURES.get(cpu);
  if (architecture === undefined) return `CPU type 0x${cpu.toString(16)} has no platform tag`;
  const length = magic === 0xcffaedfe || magic === 0xfeedfacf ? 32 : 28;
  const size = u32(head, 20);
  const commands = size > LONGEST_COMMANDS ? undefined : await part(source, start + length, size);
  if (commands === undefined) return `its ${size} bytes of load commands are cut short`;
  for (let at = 0; at + 16 <= commands.length; ) {
    const [command, commandSize] = [u32(commands, at), u32(commands, at + 4)];
    if (commandSize < 8 || at + commandSize > commands.length) return `a load command at ${at} is cut short`;
    if (command === LC_VERSION_MIN_MACOSX) return { architecture, minimum: version(u32(commands, at + 8)) };
    if (command === LC_BUILD_VERSION) {
      const platform = u32(commands, at + 8);
      if (platform !== PLATFORM_MACOS) return `it's built for Apple's platform ${platform}, not for macOS`;
      return { architecture, minimum: version(u32(commands, at + 12)) };
    }
    at += commandSize;
  }
  return { architecture };
}

/** `xxxx.yy.zz` in nibbles. */
function version(packed: number): readonly [number, number] {
  return [packed >>> 16, (packed >>> 8) & 0xff];
}

async function part(source: ByteSource, offset: number, length: number): Promise<Buffer | undefined> {
  if (!Number.isSafeInteger(offset + length) || offset + length > source.size) return undefined;
  return Buffer.from(await readExactly(source, offset, length));
}
